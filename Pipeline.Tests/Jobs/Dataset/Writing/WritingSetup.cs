using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;
using Pipeline.Jobs.Dataset.Rows;
using Pipeline.Jobs.Dataset.Writing;
using Pipeline.Jobs.Dataset.Writing.Calls;
using Pipeline.Jobs.Dataset.Writing.Endpoints;
using Pipeline.Jobs.Extract.Blocks;

namespace Pipeline.Tests.Jobs.Dataset.Writing;

/// <summary>Chunks with planted facts, and a writer over a stand-in of an endpoint.</summary>
internal static class WritingSetup
{
    /// <summary>Timeout of endpoints in these tests: a <see cref="ScriptedTime"/> holds timers of this length back.</summary>
    public static readonly TimeSpan Stall = TimeSpan.FromSeconds(77);

    public static Chunk Chunk(string title, string heading, params string[] paragraphs) => new()
    {
        Id = RowHash.Of(title, heading, string.Join('\n', paragraphs)),
        DocumentSha256 = new string('a', 64),
        Document = "stations.pdf",
        Title = title,
        Headings = [heading],
        Section = "p1-b1",
        Language = "en",
        Blocks = [.. paragraphs.Select((text, i) => new ChunkBlock
        {
            Source = new SourceSpan(new string('a', 64), "stations.pdf", 1, $"p1-b{i + 2}", 0, text.Length),
            Kind = BlockKind.Paragraph,
            Text = text,
        })],
        Tokens = paragraphs.Sum(text => text.Length / 4),
    };

    /// <summary>A chunk that says facts, one paragraph for every two.</summary>
    public static Chunk Chunk(IEnumerable<PlantedFact> facts, string heading = "Instruments") => Chunk(
        "Observatories of the north", heading, [.. facts.Chunk(2).Select(pair => string.Join(' ', pair.Select(f => f.Sentence)))]);

    public static EndpointChatClients Clients(StandInEndpoint endpoint, TimeProvider? time = null,
        params (string Key, string Value)[] more) => new(Catalog([.. endpoint.Settings("local",
            [.. new[] { ("Timeout", Stall.TotalSeconds.ToString(System.Globalization.CultureInfo.InvariantCulture)) }, .. more])]),
            time ?? new ScriptedTime(Stall), NullLogger<EndpointChatClients>.Instance);

    public static EndpointCatalog Catalog(params (string Key, string Value)[] settings) => new(new ConfigurationBuilder()
        .AddInMemoryCollection(settings.Select(s => KeyValuePair.Create(s.Key, (string?)s.Value))).Build());

    public static CachedCalls Calls(EndpointChatClients clients, ICallStore? store = null, TokenBudget? budget = null)
    {
        (Microsoft.Extensions.AI.IChatClient client, EndpointOptions endpoint) = clients.Of("local");
        return new CachedCalls(ModelWriter.Of(client, endpoint), store ?? new MemoryCallStore(), budget ?? TokenBudget.Unlimited,
            TimeProvider.System);
    }

    public static ChunkWriter Writer(EndpointChatClients clients, ICallStore? store = null, TokenBudget? budget = null,
        WritingOptions? options = null) => new(Calls(clients, store, budget), options ?? new WritingOptions { Endpoint = "local" });
}
