using Pipeline.Jobs.Extract.Blocks;
using Pipeline.Models;

namespace Pipeline.Tests.Jobs.Extract;

public sealed class ExtractedDocumentTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void A_document_of_the_first_format_is_read_with_its_tables()
    {
        string file = Written("""
            {"format": "pipeline-document/1", "extractor_version": "1", "file_name": "a.pdf", "sha256": "00", "bytes": 1, "pages": [],
             "fonts": [], "blocks": [], "figures": [], "tables": [{"id": "table-1", "page": 1, "box": [0, 0, 9, 9],
             "header": ["Pump", "Head"], "rows": [["P-1", "32"], ["P-2", "35"]]}]}
            """);
        DocumentTable table = ExtractedDocument.Load(file).Tables.Single();
        table.HeaderRows.ShouldBe(1);
        table.Rows.ShouldBe([["Pump", "Head"], ["P-1", "32"], ["P-2", "35"]]);
        table.HeaderOf(1).ShouldBe("Head");
    }

    [Fact]
    public void Another_format_is_refused_with_the_name_of_the_file()
    {
        string file = Written("""
            {"format": "pipeline-document/9", "extractor_version": "1", "file_name": "a.pdf", "sha256": "00", "bytes": 1, "pages": [],
             "fonts": [], "blocks": [], "figures": [], "tables": []}
            """);
        Should.Throw<InputException>(() => ExtractedDocument.Load(file)).Message.ShouldContain("format is 'pipeline-document/9'");
    }

    [Fact]
    public void A_head_that_spans_columns_is_the_head_of_each_of_them()
    {
        DocumentTable table = new()
        {
            Id = "table-1",
            Page = 1,
            Box = new Box(0, 0, 9, 9),
            HeaderRows = 2,
            Rows = [["Year", "Sales", ""], ["", "North", "South"], ["2030", "1", "2"]],
            Spans = [new CellSpan(0, 0, 2, 1), new CellSpan(0, 1, 1, 2)],
        };
        table.HeaderOf(0).ShouldBe("Year");
        table.HeaderOf(1).ShouldBe("Sales North");
        table.HeaderOf(2).ShouldBe("Sales South");
    }

    public void Dispose() => _folder.Dispose();

    private string Written(string json)
    {
        string file = _folder.File("document.json");
        File.WriteAllText(file, json);
        return file;
    }
}
