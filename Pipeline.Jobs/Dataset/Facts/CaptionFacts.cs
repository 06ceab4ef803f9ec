using System.Text.RegularExpressions;
using Pipeline.Jobs.Dataset.Rows;
using Pipeline.Jobs.Extract.Blocks;

namespace Pipeline.Jobs.Dataset.Facts;

/// <summary>What a figure or table shows, by its printed caption or by the description of a vision model.</summary>
internal static partial class CaptionFacts
{
    /// <summary>Attribute of what a vision model saw, beside the printed caption.</summary>
    public const string Description = "description";

    public static IEnumerable<Fact> Of(Chunk chunk)
    {
        if (FactScope.OfDocument(chunk) is not { } scope)
            yield break;
        foreach (ChunkBlock block in chunk.Blocks)
        {
            string? caption = block.Table?.Caption ?? block.Figure?.Caption ?? (block.Kind == BlockKind.Caption ? block.Text : null);
            Match label = caption is null || caption.Length > 2000 ? Match.Empty : Label().Match(caption);
            if (label.Success && What(caption![label.Length..]) is { } shown
                && Parts(scope, label.Groups["label"].Value, null, shown, caption).In(chunk, block) is { } fact)
                yield return fact;
            if (block.Figure is { Description: { } description } figure && What(description) is { } seen)
            {
                string name = label.Success ? label.Groups["label"].Value : figure.Label;
                if (Parts(scope, name, Description, seen, description).In(chunk, block) is { } described)
                    yield return described;
            }
        }
    }

    private static FactParts Parts(string scope, string name, string? attribute, string value, string evidence) => new()
    {
        Kind = "caption",
        Scope = scope,
        Subject = name,
        Attribute = attribute,
        Value = value,
        Evidence = evidence.Trim(),
    };

    /// <summary>The first sentence, without its full stop, where it is a whole one.</summary>
    private static string? What(string text)
    {
        string first = SentenceSplitter.Split(text.ReplaceLineEndings(" ").Trim())[0].TrimEnd('.', ' ');
        return first.Count(c => c == ' ') >= 1 && PlainText.IsReadable(first, 8, 240) && !PlainText.HasNoteMark(first)
            && char.IsLetterOrDigit(first[0]) && !LooksLikeProgram(first) ? first : null;
    }

    private static bool LooksLikeProgram(string text) => PlainText.LooksLikeCode(text) && text.Count(char.IsLetter) < 0.7 * text.Length;

    [GeneratedRegex(@"^\s{0,3}(?<label>(?:Figure|Fig\.|Table|Tab\.|Listing|Scheme|Plate|Chart|Abbildung|Abb\.|Bild|Tabelle|Schema|Tableau|"
        + @"Graphique|Illustration|Figura|Tabla|Cuadro|Gráfico|Ilustración|Tabela|Quadro|Tabella|Grafico|"
        + @"Diagramma)\s(?:[A-Z]\.)?\d{1,3}(?:[.\-]\d{1,3}){0,3}[a-z]?)\s{0,2}[:.|–—]\s{1,3}(?=\S)")]
    private static partial Regex Label();
}
