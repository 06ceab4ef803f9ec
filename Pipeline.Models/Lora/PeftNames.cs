namespace Pipeline.Models.Lora;

/// <summary>How PEFT names the tensors of an adapter file.</summary>
internal static class PeftNames
{
    private const string Prefix = "base_model.model.";
    private const string SuffixA = ".lora_A.weight";
    private const string SuffixB = ".lora_B.weight";
    private const string SuffixMagnitude = ".lora_magnitude_vector";
    private const string ModuleSuffix = ".weight";

    public static string A(string layer) => Prefix + layer + SuffixA;

    public static string B(string layer) => Prefix + layer + SuffixB;

    public static string Magnitude(string layer) => Prefix + layer + SuffixMagnitude;

    /// <summary>Maps a stored name to the one above: PEFT writes magnitudes without <c>.weight</c> but also reads them with it.</summary>
    public static string Normal(string stored) =>
        stored.EndsWith(SuffixMagnitude + ModuleSuffix, StringComparison.Ordinal) ? stored[..^ModuleSuffix.Length] : stored;
}
