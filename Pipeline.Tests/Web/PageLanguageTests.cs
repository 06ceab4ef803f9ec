using System.Text.RegularExpressions;
using System.Xml.Linq;
using Pipeline.Data.Entities;
using Pipeline.Jobs;
using Pipeline.Jobs.Dataset.Rows;
using Pipeline.Jobs.Dataset.Versions;
using Pipeline.Jobs.Extract.Blocks;
using Pipeline.Jobs.Runs.Results;
using Pipeline.Web.Pages;

namespace Pipeline.Tests.Web;

/// <summary>Pages speak the reader's language, and nothing on them was forgotten.</summary>
public sealed partial class PageLanguageTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    private static string Pages => Path.Combine(RepositoryRoot.Path, "Pipeline.Web", "Pages");

    [Fact]
    public void Every_text_of_the_pages_has_its_Spanish()
    {
        string[] asked =
        [
            .. Sources(Pages).SelectMany(text => PageText().Matches(text)).Select(match => match.Groups[1].Value.Replace("\\\"", "\"")),
            .. Sources(Path.Combine(RepositoryRoot.Path, "Pipeline.Jobs", "Extract", "View")).SelectMany(text => ViewText().Matches(text))
                .Select(match => match.Groups[1].Value),
            .. Stages.Graph.All.Select(stage => stage.Title),
        ];
        asked.Length.ShouldBeGreaterThan(200);
        asked.Except(Translated("PageTexts")).ShouldBeEmpty();
    }

    [Fact]
    public void Every_word_that_data_has_has_its_Spanish()
    {
        string[] asked =
        [
            .. Words<RunState>(), .. Words<RowState>(), .. Words<RowSplit>(), .. Words<RowType>(), .. Words<CharacterPlace>(),
            .. Words<BlockKind>(), .. ListDocuments.States, .. ListFigures.Filters, .. RowChange.All, .. DraftDecision.All,
            .. typeof(Reasons).GetFields().Select(field => ((string)field.GetValue(null)!).Replace('_', ' ')),
            .. Sources(Pages).SelectMany(text => DataWord().Matches(text)).Select(match => match.Groups[1].Value),
        ];
        asked.Except(Translated("DataWords")).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("es", null, "Ejecuciones")]
    [InlineData("es-AR,es;q=0.9,en;q=0.8", null, "Ejecuciones")]
    [InlineData("de-DE,de;q=0.9", null, "Runs")]
    [InlineData("en,es;q=0.5", null, "Runs")]
    [InlineData("en", "es", "Ejecuciones")]
    [InlineData("es", "en", "Runs")]
    [InlineData("es", "../../etc", "Ejecuciones")]
    [InlineData("q=;;,", null, "Runs")]
    public async Task The_choice_of_the_reader_comes_before_that_of_the_browser(string accepted, string? chosen, string heading)
    {
        await using TestWebServer server = await TestWebServer.StartAsync(database);
        using HttpResponseMessage page = await server.GetAsync("/runs", ("Accept-Language", accepted),
            ("Cookie", chosen is null ? "none=1" : $"pipeline_language={chosen}"));
        string html = await page.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        System.Net.WebUtility.HtmlDecode(html).ShouldContain($"<h1>{heading}</h1>");
        html.ShouldContain($"<html lang=\"{(heading == "Runs" ? "en" : "es")}\">");
    }

    [Theory]
    [InlineData("/language/es?back=/runs", "/runs")]
    [InlineData("/language/es?back=//evil.example", "/")]
    [InlineData("/language/es?back=https://evil.example", "/")]
    [InlineData("/language/es", "/")]
    public async Task Choosing_a_language_leads_back_to_a_page_of_this_server(string path, string back)
    {
        await using TestWebServer server = await TestWebServer.StartAsync(database);
        using HttpResponseMessage answer = await server.GetAsync(path);
        answer.Headers.Location!.ToString().ShouldBe(back);
        answer.Headers.GetValues("Set-Cookie").Single().ShouldStartWith("pipeline_language=es;");
        (await server.GetAsync("/language/xx")).StatusCode.ShouldBe(System.Net.HttpStatusCode.NotFound);
    }

    private static IEnumerable<string> Words<T>() where T : struct, Enum => Enum.GetValues<T>().Select(RowWords.Of);

    private static IEnumerable<string> Sources(string folder) => Directory.EnumerateFiles(folder, "*.cs*", SearchOption.AllDirectories)
        .Select(File.ReadAllText);

    private static HashSet<string> Translated(string name)
    {
        XElement[] texts = [.. XDocument.Load(Path.Combine(Pages, "Languages", $"{name}.es.resx")).Root!.Elements("data")];
        texts.ShouldAllBe(text => !string.IsNullOrWhiteSpace(text.Element("value")!.Value));
        return [.. texts.Select(text => text.Attribute("name")!.Value)];
    }

    [GeneratedRegex("""\bT\["((?:[^"\\]|\\.)*)"[\],]""")]
    private static partial Regex PageText();

    [GeneratedRegex("""\bW\["((?:[^"\\]|\\.)*)"[\],]""")]
    private static partial Regex DataWord();

    [GeneratedRegex("""\b[sS]ay\("([^"]*)"[,)]""")]
    private static partial Regex ViewText();
}
