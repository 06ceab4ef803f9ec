using Pipeline.Jobs.Extract.Blocks;

namespace Pipeline.Jobs.Dataset;

/// <summary>A heading and the content under it, up to the next heading.</summary>
/// <param name="Document">The document.</param>
/// <param name="Heading">Null for content before the first heading.</param>
/// <param name="Blocks">The blocks under the heading, without headers, footers and page numbers.</param>
internal sealed record DocumentSection(ExtractedDocument Document, DocumentBlock? Heading, IReadOnlyList<DocumentBlock> Blocks)
{
    public string Id => Heading?.Id ?? "";

    /// <summary>The document as a reader would name it.</summary>
    public string Title => Document.Title ?? Path.GetFileNameWithoutExtension(Document.FileName);

    /// <summary>Heading without its number.</summary>
    public string Topic => Heading is null ? Title : SentenceText.WithoutNumber(Heading.Text);

    public static IEnumerable<DocumentSection> Of(ExtractedDocument document)
    {
        DocumentBlock? heading = null;
        List<DocumentBlock> blocks = new();
        foreach (DocumentBlock block in document.Blocks)
        {
            if (block.Kind.IsFurniture())
                continue;
            if (block.Kind != BlockKind.Heading)
            {
                blocks.Add(block);
                continue;
            }
            if (blocks.Count > 0)
                yield return new DocumentSection(document, heading, blocks);
            (heading, blocks) = (block, []);
        }
        if (blocks.Count > 0)
            yield return new DocumentSection(document, heading, blocks);
    }

    public SourcedExample Example(string instruction, string input, string output, string strategy,
        params IReadOnlyList<DocumentBlock> blocks) => new(
        new Models.Datasets.InstructionExample(instruction, input, output),
        new Provenance(Document.Sha256, Document.FileName, blocks.Min(b => b.Page), blocks.Select(b => b.Id).ToList(), Id, strategy));
}
