using System.Text.RegularExpressions;
using Pipeline.Jobs.Extract.Blocks;

namespace Pipeline.Jobs.Dataset;

/// <summary>What figures show: the printed caption and the generated description.</summary>
internal static partial class FigureExamples
{
    public static IEnumerable<SourcedExample> Of(DocumentSection section)
    {
        foreach (DocumentBlock block in section.Blocks)
        {
            if (block.Kind != BlockKind.Figure || section.Document.Figures.FirstOrDefault(f => f.Id == block.Figure) is not { } figure)
                continue;
            string printed = figure.Caption is { } caption ? Label().Replace(caption, "").Trim() : "";
            string answer = string.Join("\n\n", new[] { printed, figure.Description?.Trim() ?? "" }.Where(t => t.Length > 0));
            if (answer.Length < 12)
                continue;
            string name = figure.Kind == FigureKind.Page ? $"page {figure.Page}" : figure.Label;
            yield return section.Example($"What does {name} of \"{section.Title}\" show?", "", answer, "figure", block);
        }
    }

    [GeneratedRegex(@"^\p{L}+\.?\s*[\d.\-]*\w?\s*[:.|–—-]\s*")]
    private static partial Regex Label();
}
