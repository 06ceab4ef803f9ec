using System.Text.Json.Nodes;
using Pipeline.Models.Files;

namespace Pipeline.Models.Training.Outputs;

/// <summary>
/// The result files of an adapter folder, with the names and keys of transformers. Whoever measures adds to them; what others
/// measured stays.
/// </summary>
internal static class ResultFiles
{
    public const string Train = "train_results.json", Eval = "eval_results.json", All = "all_results.json";

    /// <summary>Writes a file, replacing one that is there.</summary>
    public static void Write(string folder, string name, JsonObject results) =>
        DurableFiles.Replace(Path.Combine(folder, name), PythonJson.Results(results));

    /// <summary>
    /// Adds keys to a file, which may not exist, in place of those of the same name. Keys are in alphabetical order, as Python sorts them.
    /// </summary>
    /// <inheritdoc cref="JsonFiles.ReadObject" path="/exception"/>
    public static void Add(string folder, string name, JsonObject results)
    {
        JsonObject merged = JsonFiles.ReadWith(Path.Combine(folder, name), results);
        IEnumerable<KeyValuePair<string, JsonNode?>> sorted = merged.OrderBy(pair => pair.Key, StringComparer.Ordinal)
            .Select(pair => KeyValuePair.Create(pair.Key, pair.Value?.DeepClone()));
        Write(folder, name, new JsonObject(sorted));
    }

    /// <summary>What a file holds; nothing when there is none.</summary>
    /// <inheritdoc cref="JsonFiles.ReadObject" path="/exception"/>
    public static JsonObject Read(string folder, string name) => JsonFiles.ReadObject(Path.Combine(folder, name));

    /// <summary>Base model and adapter on the same held-out examples, under the keys that <c>eval</c> and publication share.</summary>
    /// <param name="baseLoss">Nats per target token without the adapter.</param>
    /// <param name="adapterLoss">Nats per target token with it; null when only the base was measured.</param>
    /// <param name="examples">Examples measured.</param>
    /// <param name="targetTokens">Tokens measured.</param>
    public static JsonObject Comparison(double baseLoss, double? adapterLoss, int examples, long targetTokens) => new()
    {
        ["base_loss"] = PythonJson.Float(baseLoss),
        ["base_perplexity"] = PythonJson.Float(Math.Exp(baseLoss)),
        ["adapter_loss"] = adapterLoss is { } loss ? PythonJson.Float(loss) : null,
        ["adapter_perplexity"] = adapterLoss is { } same ? PythonJson.Float(Math.Exp(same)) : null,
        ["examples"] = examples,
        ["target_tokens"] = targetTokens,
    };
}
