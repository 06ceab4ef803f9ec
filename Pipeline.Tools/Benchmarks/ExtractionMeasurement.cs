namespace Pipeline.Tools.Benchmarks;

/// <summary>How fast extraction is on this machine.</summary>
/// <param name="Pages">Pages of one pass over the files.</param>
/// <param name="TextPagesPerSecond">Text and layout, one thread.</param>
/// <param name="RasterPagesPerSecond">Rendering, PNG encoding and writing; encoding runs alongside rendering.</param>
/// <param name="PeakMemoryMiB">Peak resident memory of this process.</param>
internal sealed record ExtractionMeasurement(int Pages, double TextPagesPerSecond, double RasterPagesPerSecond, double PeakMemoryMiB);
