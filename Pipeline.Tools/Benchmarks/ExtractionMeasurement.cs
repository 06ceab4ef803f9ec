namespace Pipeline.Tools.Benchmarks;

/// <summary>How fast extraction is on this machine.</summary>
/// <param name="Pages">Pages of one pass over the files.</param>
/// <param name="UnplacedCharacters">Characters of these pages that are neither in the text nor under a reason.</param>
/// <param name="TextPagesPerSecond">Text and layout, one thread.</param>
/// <param name="RasterPagesPerSecond">Rendering, PNG encoding and writing; encoding runs alongside rendering.</param>
/// <param name="CommandPagesPerSecond">The whole <c>extract</c> command on all cores, starts of its child processes included.</param>
/// <param name="ChildStartSeconds">What the smallest file takes longer in a new child process than in one that has served before.</param>
/// <param name="PeakMemoryMiB">Peak resident memory of this process.</param>
internal sealed record ExtractionMeasurement(
    int Pages, int UnplacedCharacters, double TextPagesPerSecond, double RasterPagesPerSecond, double CommandPagesPerSecond,
    double ChildStartSeconds, double PeakMemoryMiB);
