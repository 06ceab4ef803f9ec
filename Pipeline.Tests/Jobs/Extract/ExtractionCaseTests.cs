using System.Text.Json;
using Pipeline.Jobs.Extract;

namespace Pipeline.Tests.Jobs.Extract;

/// <summary>Every kind of page in <c>Cases/extraction</c>: a PDF with one trait beside the checks that a right result passes.</summary>
public sealed class ExtractionCaseTests : IDisposable
{
    private readonly DocumentExtractor _extractor = new();
    private readonly TemporaryFolder _folder = new();

    private static string Cases => Path.Combine(AppContext.BaseDirectory, "Cases", "extraction");

    public static TheoryData<string> Names => [.. Directory.GetFiles(Cases, "*.json").Order(StringComparer.Ordinal)
        .Select(file => Path.GetFileNameWithoutExtension(file))];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_page_of_this_kind_is_extracted_as_a_reader_sees_it(string name)
    {
        CancellationToken stop = TestContext.Current.CancellationToken;
        ExtractionResult result = await _extractor.ExtractAsync(
            Path.Combine(Cases, name + ".pdf"), _folder.File(name), new ExtractionOptions(), stop);
        using JsonDocument json = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(Cases, name + ".json"), stop));
        new ExtractionCase(result.Document).Failures(json.RootElement.GetProperty("checks")).ShouldBeEmpty();
    }

    public void Dispose()
    {
        _extractor.Dispose();
        _folder.Dispose();
    }
}
