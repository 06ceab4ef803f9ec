using Pipeline.Jobs.Extract;

namespace Pipeline.Tests.Jobs.Extract;

/// <summary>One extractor, and every sample extracted once, for all tests of a class.</summary>
public sealed class ExtractionFixture : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private readonly Dictionary<string, ExtractionResult> _samples = [];

    internal DocumentExtractor Extractor { get; } = new();

    internal static string SampleFolder => Path.Combine(RepositoryRoot.Path, "samples");

    internal ExtractionResult Sample(string name) => _samples[name];

    internal IReadOnlyCollection<ExtractionResult> Samples => _samples.Values;

    public async ValueTask InitializeAsync()
    {
        foreach (string pdf in Directory.GetFiles(SampleFolder, "*.pdf").Order())
        {
            string name = Path.GetFileNameWithoutExtension(pdf);
            _samples[name] = await Extractor.ExtractAsync(pdf, _folder.File(name), new ExtractionOptions(), CancellationToken.None);
        }
    }

    public ValueTask DisposeAsync()
    {
        Extractor.Dispose();
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }
}
