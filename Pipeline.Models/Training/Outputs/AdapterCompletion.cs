using System.Text.Json.Nodes;

namespace Pipeline.Models.Training.Outputs;

/// <summary>What is known of an adapter only when it is published.</summary>
/// <param name="Name">Its published name.</param>
/// <param name="Evaluation">How it compares with its base model on held-out examples; null when that was not measured.</param>
/// <param name="Provenance">
/// Where it comes from, by topic: <c>run</c>, <c>dataset</c>, <c>training</c>, … with an object or a value each. Equal for equal inputs,
/// so that publishing again writes the same files.
/// </param>
/// <param name="Settings">Settings that the user gave, as <c>key: value</c>.</param>
public sealed record AdapterCompletion(
    string Name, HeldOutComparison? Evaluation, JsonObject Provenance, IReadOnlyList<KeyValuePair<string, string>> Settings)
{
    /// <summary>What the examination found and whether the adapter may serve, one sentence each; empty without one.</summary>
    public IReadOnlyList<string> Examination { get; init; } = [];
}
