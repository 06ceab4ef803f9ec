namespace Pipeline.Tests;

/// <summary>Reference outputs that parity tests compare with: <c>PIPELINE_GOLDEN</c>, or the copy beside the tests.</summary>
internal static class GoldenFiles
{
    public static string Root { get; } = Environment.GetEnvironmentVariable("PIPELINE_GOLDEN") is { Length: > 0 } root
        ? root
        : Path.Combine(AppContext.BaseDirectory, "Golden");
}
