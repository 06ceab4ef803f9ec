using System.Text.Json;

namespace Pipeline.Models.Families;

/// <summary>What lies beside the weights of a model folder, as the hub lays it out.</summary>
internal static class ModelFolder
{
    /// <summary>Ids that end a generation, from <c>generation_config.json</c>, which goes before <c>config.json</c>.</summary>
    /// <exception cref="InputException"><c>generation_config.json</c> is there but is not readable.</exception>
    public static IReadOnlyList<int> EndTokens(string folder, DecoderConfig config)
    {
        string file = Path.Combine(folder, "generation_config.json");
        if (!File.Exists(file))
            return config.EosTokenIds;
        try
        {
            using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(file));
            IReadOnlyList<int> ids = new ConfigObject(document.RootElement, file).Ints("eos_token_id");
            return ids.Count > 0 ? ids : config.EosTokenIds;
        }
        catch (JsonException e)
        {
            throw new InputException($"{file}: not valid JSON ({e.Message}); download the model again.", e);
        }
    }
}
