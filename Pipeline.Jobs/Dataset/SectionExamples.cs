using Pipeline.Jobs.Extract.Blocks;

namespace Pipeline.Jobs.Dataset;

/// <summary>Questions about whole sections, and passages to continue.</summary>
internal static class SectionExamples
{
    public static IEnumerable<SourcedExample> Of(DocumentSection section, DatasetOptions options)
    {
        List<List<DocumentBlock>> parts = Parts(section, options.MaxAnswerCharacters);
        for (int i = 0; i < parts.Count; i++)
        {
            string answer = TextOf(parts[i]);
            if (answer.Length < options.MinAnswerCharacters)
                continue;
            string part = parts.Count == 1 ? "" : $" (part {i + 1} of {parts.Count})";
            string question = section.Heading is null
                ? $"What does \"{section.Title}\" say at its beginning{part}?"
                : section.Topic.EndsWith('?')
                    ? $"{section.Topic} Answer from \"{section.Title}\"{part}."
                    : $"What does \"{section.Title}\" say about {SentenceText.InSentence(section.Topic)}{part}?";
            yield return section.Example(question, "", answer, "section", parts[i]);
        }
        foreach (DocumentBlock block in section.Blocks)
        {
            if (block.Kind != BlockKind.Paragraph)
                continue;
            IReadOnlyList<string> sentences = SentenceText.Split(block.Text);
            string rest = string.Join(' ', sentences.Skip(1));
            if (sentences.Count >= 3 && rest.Length >= options.MinAnswerCharacters && rest.Length <= options.MaxAnswerCharacters)
                yield return section.Example($"Continue this passage from \"{section.Title}\", section \"{section.Topic}\".", sentences[0],
                    rest, "passage", block);
        }
    }

    /// <summary>Paragraphs and list items in pieces no longer than the answer limit.</summary>
    private static List<List<DocumentBlock>> Parts(DocumentSection section, int longest)
    {
        List<List<DocumentBlock>> parts = new();
        int length = 0;
        foreach (DocumentBlock block in section.Blocks)
        {
            if (block.Kind is not (BlockKind.Paragraph or BlockKind.ListItem) || block.Text.Length > longest)
                continue;
            if (parts.Count == 0 || length + block.Text.Length > longest)
            {
                parts.Add([]);
                length = 0;
            }
            parts[^1].Add(block);
            length += block.Text.Length + 2;
        }
        return parts;
    }

    private static string TextOf(List<DocumentBlock> blocks)
    {
        string text = "";
        DocumentBlock? last = null;
        foreach (DocumentBlock block in blocks)
        {
            bool list = block.Kind == BlockKind.ListItem;
            text += last is null ? "" : list || last.Kind == BlockKind.ListItem ? "\n" : "\n\n";
            text += list ? $"{block.Marker ?? "-"} {block.Text}" : block.Text;
            last = block;
        }
        return text;
    }
}
