namespace Pipeline.Models.Lora;

/// <summary>How PEFT names the tensors of an adapter file.</summary>
internal static class PeftNames
{
    private const string Prefix = "base_model.model.";
    private const string SuffixA = ".lora_A.weight";
    private const string SuffixB = ".lora_B.weight";

    public static string A(string layer) => Prefix + layer + SuffixA;

    public static string B(string layer) => Prefix + layer + SuffixB;
}
