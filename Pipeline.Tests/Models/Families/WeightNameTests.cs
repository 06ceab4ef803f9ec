using System.Text.RegularExpressions;
using Pipeline.Models.Families;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Tests.Models.Families;

/// <summary>Names and shapes of weights are a file format: approved lists in <c>Approved/</c>, of published configurations.</summary>
public sealed partial class WeightNameTests
{
    public static TheoryData<string, string> Families => new()
    {
        { "phi3", HubConfigs.Phi4Mini }, { "llama", HubConfigs.Llama32 }, { "qwen2", HubConfigs.Qwen2 }, { "mistral", HubConfigs.Mistral },
        { "qwen3", HubConfigs.Qwen3 },
        { "llama-bias", HubConfigs.Llama32.Replace("_bias\": false", "_bias\": true", StringComparison.Ordinal) },
    };

    [Theory, MemberData(nameof(Families))]
    public void Weights_have_the_approved_names_and_shapes(string family, string config)
    {
        using DecoderModel model = new(DecoderConfig.Parse(config, "config.json"), ScalarType.BFloat16, new Device(DeviceType.META));
        string approved = Path.Combine(RepositoryRoot.Path, "Pipeline.Tests", "Models", "Families", "Approved", family + ".txt");

        Summary(model).ShouldBe(File.ReadAllText(approved));
    }

    [Theory, MemberData(nameof(Families))]
    public void Names_survive_a_change_of_mode_and_counting_agrees(string family, string config)
    {
        DecoderConfig parsed = DecoderConfig.Parse(config, family);
        using DecoderModel model = new(parsed, ScalarType.BFloat16, new Device(DeviceType.META));
        string before = Summary(model);

        model.train();
        model.eval();

        Summary(model).ShouldBe(before);
        model.Weights().Sum(w => w.Value.NumberOfElements).ShouldBe(parsed.CountParameters());
    }

    /// <summary>One line per weight; equal layers are written once, with N for the number.</summary>
    private static string Summary(DecoderModel model)
    {
        IOrderedEnumerable<string> lines = model.Weights()
            .Select(w => Layer().Replace(w.Key, ".N.") + $" [{string.Join(", ", w.Value.shape)}]")
            .GroupBy(line => line).Select(g => g.Count() == 1 ? g.Key : $"{g.Key} x {g.Count()}").Order(StringComparer.Ordinal);
        return string.Join("\n", lines) + "\n";
    }

    [GeneratedRegex(@"\.\d+\.")]
    private static partial Regex Layer();
}
