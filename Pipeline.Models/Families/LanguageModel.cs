using Pipeline.Models.Runtime;
using Pipeline.Models.Text;
using Pipeline.Models.Weights;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Pipeline.Models.Families;

/// <summary>A text model from a hub folder: decoder, tokenizer and the ids that end its answers.</summary>
public sealed class LanguageModel : IDisposable
{
    private LanguageModel(string folder, DecoderModel decoder, HubTokenizer tokenizer, IReadOnlyList<int> endTokens)
    {
        Folder = folder;
        Decoder = decoder;
        Tokenizer = tokenizer;
        EndTokenIds = endTokens;
    }

    /// <summary>Full path of the model folder.</summary>
    public string Folder { get; }

    /// <summary>The model itself, weights frozen.</summary>
    public DecoderModel Decoder { get; }

    /// <summary>Text to ids and back.</summary>
    public HubTokenizer Tokenizer { get; }

    /// <summary>Ids that end a generation, from <c>generation_config.json</c> or <c>config.json</c>.</summary>
    public IReadOnlyList<int> EndTokenIds { get; }

    /// <summary>Loads a model folder. Memory holds the weights once, in the chosen element type.</summary>
    /// <param name="folder">Folder with <c>config.json</c>, weights and <c>tokenizer.json</c>.</param>
    /// <param name="options">Device and precision.</param>
    /// <exception cref="InputException">Folder or files are missing, damaged, do not fit each other, or are not supported.</exception>
    public static LanguageModel Load(string folder, ModelLoadOptions? options = null)
    {
        options ??= new ModelLoadOptions();
        folder = Path.GetFullPath(folder);
        DecoderConfig config = DecoderConfig.Load(folder);
        HubTokenizer tokenizer = HubTokenizer.Load(folder);
        if (tokenizer.VocabSize > config.VocabSize)
            throw new InputException(
                $"{folder}: tokenizer.json has ids up to {tokenizer.VocabSize - 1}, but vocab_size in config.json is {config.VocabSize}.");
        Device device = TorchRuntime.ResolveDevice(options.Device);
        DecoderModel decoder = new(config, options.DTypeOn(device), device, options.QuantizationBits, options.QuantizedStorage);
        try
        {
            using SafetensorsCheckpoint checkpoint = SafetensorsCheckpoint.Open(folder);
            decoder.LoadWeights(checkpoint);
            foreach (Parameter parameter in decoder.parameters())
                parameter.requires_grad_(false);
            decoder.eval();
            return new LanguageModel(folder, decoder, tokenizer, config.EndTokensIn(folder));
        }
        catch
        {
            decoder.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Decoder.Dispose();
}
