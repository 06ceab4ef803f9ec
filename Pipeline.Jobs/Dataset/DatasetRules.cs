using Pipeline.Jobs.Dataset.Chunks;
using Pipeline.Jobs.Dataset.Facts;
using Pipeline.Jobs.Dataset.Filter;
using Pipeline.Jobs.Dataset.Languages;
using Pipeline.Jobs.Dataset.Phrasing;
using Pipeline.Jobs.Dataset.Rows;
using Pipeline.Jobs.Dataset.Split;
using Pipeline.Jobs.Dataset.Verify;
using Pipeline.Jobs.Extract.Blocks;
using Pipeline.Models.Text;

namespace Pipeline.Jobs.Dataset;

/// <summary>The product's rules. Safe for concurrent use.</summary>
internal sealed class DatasetRules(LanguageDetector languages, Phrasebook phrasebook) : IDatasetRules
{
    private readonly Lock _loading = new();
    private (string Folder, HubTokenizer Tokenizer)? _tokenizer;

    public (IReadOnlyList<Chunk> Chunks, Cleaned Cleaned) Clean(IReadOnlyList<DatasetSource> documents, RunOptions options,
        CancellationToken ct) => Clean([.. documents.Select(Load)], options, ct);

    /// <summary>The same for documents in memory.</summary>
    public (IReadOnlyList<Chunk> Chunks, Cleaned Cleaned) Clean(IReadOnlyList<ExtractedDocument> documents, RunOptions options,
        CancellationToken ct)
    {
        ChunkedDocuments cut = ChunkBuilder.Build(documents, options.Dataset.Chunks, Counter(options), languages, ct);
        return (cut.Chunks, new Cleaned(cut.LeftOut.Count, cut.Chunks.Count, cut.Characters, cut.CharactersKept, cut.ByReason));
    }

    public IReadOnlyList<Fact> Facts(Chunk chunk, RunOptions options) =>
    [
        .. FactFinder.Find(chunk).GroupBy(fact => fact.Kind == "table" ? fact.Sources[0].Block : "")
            .SelectMany(group => group.Key.Length == 0 ? group : group.Take(options.Dataset.MaxLookupsPerTable)),
    ];

    public IReadOnlyList<Row> Rows(Chunk chunk, IReadOnlyList<Fact> facts) =>
        [.. facts.SelectMany(fact => phrasebook.Supports(fact.Language) ? phrasebook.Write(fact) : []), .. TextRows.Write(chunk)];

    public Row Verify(Chunk chunk, Row row) => RowVerifier.Verify(chunk, row, languages.Matches);

    public IReadOnlyList<Row> Filter(IReadOnlyList<Row> rows, IReadOnlyList<Fact> facts, IReadOnlyList<Chunk> chunks,
        IReadOnlyList<string> excluded, RunOptions options, CancellationToken ct)
    {
        DatasetOptions dataset = options.Dataset;
        string everything = RowHash.Normalised(string.Join('\n', chunks.Select(chunk => chunk.Text)));
        IReadOnlyList<Row> refusals = new RefusalRows(phrasebook).Write(facts,
            text => everything.Contains(RowHash.Normalised(text), StringComparison.Ordinal), dataset.Unanswerable, dataset.Seed);
        return RowFilter.Filter([.. rows, .. refusals], new FilterOptions
        {
            MaxTokens = RunTraining.LongestExample(options),
            MaxCharacters = dataset.MaxAnswerCharacters,
            MinCharacters = dataset.MinAnswerCharacters,
            NearDuplicate = dataset.NearDuplicate,
            MaxShareOfDocument = dataset.MaxShareOfDocument,
            MaskPersonal = dataset.MaskPersonal,
            Excluded = excluded,
        }, Counter(options), ct);
    }

    public IReadOnlyList<Row> Split(IReadOnlyList<Row> rows, RunOptions options, IReadOnlySet<string>? trained) => FactSplit.Divide(rows,
        new SplitOptions { EvalFraction = options.Dataset.EvalFraction, NearDuplicate = options.Dataset.NearDuplicate }, trained);

    public Func<Row, int> TokensOf(RunOptions options)
    {
        Func<string, int> count = Counter(options);
        return row => row.Text is { } text ? count(text) : row.Messages.Sum(message => count(message.Content));
    }

    public string LanguageOf(string text) => languages.Of(text);

    private static ExtractedDocument Load(DatasetSource source)
    {
        ExtractedDocument document = ExtractedDocument.Load(source.DocumentJson);
        return document.WithDescriptions(document.Figures.Where(f => source.Captions.ContainsKey(f.Image))
            .ToDictionary(f => f.Id, f => source.Captions[f.Image]));
    }

    private Func<string, int> Counter(RunOptions options)
    {
        string folder = Path.GetFullPath(options.BaseModel);
        HubTokenizer tokenizer;
        lock (_loading)
        {
            if (_tokenizer?.Folder != folder) _tokenizer = (folder, HubTokenizer.Load(folder));
            tokenizer = _tokenizer.Value.Tokenizer;
        }
        return text => tokenizer.Encode(text, allowSpecialTokens: false).Length;
    }
}
