using System.Text.Json;
using Pipeline.Jobs.Dataset.Files;
using Pipeline.Jobs.Dataset.Rows;
using Pipeline.Models;

namespace Pipeline.Tests.Jobs.Dataset.Files;

public sealed class DatasetExportTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(RowFormat.Alpaca, 1)]
    [InlineData(RowFormat.Sharegpt, 0)]
    [InlineData(RowFormat.Messages, 0)]
    [InlineData(RowFormat.Csv, 1)]
    [InlineData(RowFormat.Parquet, 0)]
    [InlineData(RowFormat.Text, 7)]
    public async Task What_was_exported_is_imported_as_it_was(RowFormat format, int leftOut)
    {
        foreach (string target in (string[])["one" + DatasetExport.Extension(format), "many"])
        {
            ExportResult written = await DatasetExport.WriteAsync(TestRows.OneOfEach, new() { Format = format }, _folder.File(target),
                Stop);
            written.LeftOut.ShouldBe(leftOut);
            written.Rows.ShouldBe(TestRows.OneOfEach.Count - leftOut);
            ImportedRows read = await DatasetImport.ReadAsync(_folder.File(target), new(), Stop);
            read.Skipped.ShouldBeEmpty();
            read.Rows.Select(Content).Order(StringComparer.Ordinal).ShouldBe(TestRows.OneOfEach
                .Where(row => format == RowFormat.Text ? row.Type == RowType.Text
                    : row.Tools is null || format is not (RowFormat.Alpaca or RowFormat.Csv))
                .Select(Content).Order(StringComparer.Ordinal));
        }
    }

    [Theory]
    [InlineData(RowFormat.Alpaca)]
    [InlineData(RowFormat.Sharegpt)]
    [InlineData(RowFormat.Messages)]
    [InlineData(RowFormat.Csv)]
    [InlineData(RowFormat.Parquet)]
    public async Task With_provenance_rows_keep_hash_type_fact_split_and_place(RowFormat format)
    {
        Row[] rows =
        [
            TestRows.Question("What is the limit?", "254 bytes", RowSplit.Exam, "254"),
            TestRows.Question("Wrong?", "255").Reject(Reasons.WrongNumber),
        ];
        string file = _folder.File("rows" + DatasetExport.Extension(format));
        await DatasetExport.WriteAsync(rows, new() { Format = format, Provenance = true, Rejected = true }, file, Stop);
        IReadOnlyList<Row> read = (await DatasetImport.ReadAsync(file, new(), Stop)).Rows;
        read.Count.ShouldBe(2);
        foreach ((Row before, Row after) in rows.Zip(read))
        {
            (after.Hash, after.Type, after.Language, after.Fact, after.Split, after.State, after.Reason, after.Expected, after.Section)
                .ShouldBe((before.Hash, before.Type, before.Language, before.Fact, before.Split, before.State, before.Reason,
                    before.Expected, before.Section));
            (after.Sources[0].Document, after.Sources[0].Page, after.Sources[0].Block).ShouldBe(("guide.pdf", 3, "p3-b7"));
            after.Generator.Wording.ShouldBe("table.question.1");
        }
    }

    [Fact]
    public async Task A_row_that_was_changed_in_the_exported_file_is_a_row_of_the_user()
    {
        string file = _folder.File("rows.jsonl");
        await DatasetExport.WriteAsync([TestRows.Question("What is the limit?", "254 bytes")], new() { Provenance = true }, file, Stop);
        await File.WriteAllTextAsync(file, (await File.ReadAllTextAsync(file, Stop)).Replace("254 bytes", "255 bytes"), Stop);
        Row row = (await DatasetImport.ReadAsync(file, new(), Stop)).Rows.ShouldHaveSingleItem();
        (row.Type, row.Answer).ShouldBe((RowType.Imported, "255 bytes"));
        row.Hash.ShouldBe(RowHash.OfContent(row));
    }

    [Fact]
    public async Task A_split_and_rejected_rows_are_chosen()
    {
        Row[] rows = [TestRows.Question("a", "1"), TestRows.Question("b", "2", RowSplit.Eval), TestRows.Question("c", "3").Reject("x")];
        (await DatasetExport.WriteAsync(rows, new() { Split = RowSplit.Eval }, _folder.File("e.jsonl"), Stop)).Rows.ShouldBe(1);
        (await DatasetExport.WriteAsync(rows, new(), _folder.File("k.jsonl"), Stop)).Rows.ShouldBe(2);
        (await DatasetExport.WriteAsync(rows, new() { Rejected = true }, _folder.File("a.jsonl"), Stop)).Rows.ShouldBe(3);
        (await Should.ThrowAsync<InputException>(DatasetExport.WriteAsync(rows, new() { Split = RowSplit.Exam }, _folder.File("x.jsonl"),
            Stop))).Message.ShouldBe("no row of the dataset is of this split; choose another one");
        (await Should.ThrowAsync<InputException>(DatasetExport.WriteAsync(rows, new() { Format = RowFormat.Text }, _folder.File("x.txt"),
            Stop))).Message.ShouldStartWith("none of the 2 rows fits into the format text");
    }

    [Fact]
    public async Task A_folder_is_named_for_LLaMA_Factory()
    {
        await DatasetExport.WriteAsync(TestRows.OneOfEach, new() { Format = RowFormat.Sharegpt }, _folder.File("out"), Stop);
        using JsonDocument info = JsonDocument.Parse(await File.ReadAllBytesAsync(_folder.File("out/dataset_info.json"), Stop));
        JsonElement root = info.RootElement;
        root.EnumerateObject().Select(p => p.Name).ShouldBe(["data", "text", "preferences", "marked", "images", "tools"]);
        root.GetProperty("preferences").GetProperty("ranking").GetBoolean().ShouldBeTrue();
        root.GetProperty("marked").GetProperty("columns").GetProperty("kto_tag").GetString().ShouldBe("kto_tag");
        root.GetProperty("text").GetProperty("columns").GetRawText().ShouldBe("{\n      \"prompt\": \"text\"\n    }");
        root.GetProperty("tools").GetProperty("columns").GetProperty("tools").GetString().ShouldBe("tools");
        root.GetProperty("data").GetProperty("columns").GetProperty("system").GetString().ShouldBe("system");
    }

    [Theory]
    [InlineData("xml", null, false, "format: found 'xml'; expected alpaca, sharegpt, messages, csv, parquet, text")]
    [InlineData("csv", "test", false, "split: found 'test'; expected train, eval, exam or all")]
    [InlineData("csv", "train", true, "rejected: rejected rows are of no split; ask for all")]
    public void Unknown_names_are_told(string format, string? split, bool rejected, string message) =>
        Should.Throw<SettingsException>(() => ExportOptions.Parse(format, split, rejected, false)).Message.ShouldBe(message);

    // Types other than those that columns show are known only with provenance.
    private static string Content(Row row) => RowHash.OfContent(row with
    {
        Language = "",
        Type = row.Type is RowType.Question ? RowType.Imported : row.Type,
    });
}
