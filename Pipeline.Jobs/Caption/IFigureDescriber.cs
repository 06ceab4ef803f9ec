using Pipeline.Models;

namespace Pipeline.Jobs.Caption;

/// <summary>The vision model behind the caption stage. Loads on first use and stays loaded until released.</summary>
internal interface IFigureDescriber
{
    /// <summary>What the model says about an image.</summary>
    /// <exception cref="InputException">The model folder or the image cannot be used.</exception>
    string Describe(string modelFolder, ReadOnlyMemory<byte> image, string prompt, int maxNewTokens, CancellationToken ct);

    /// <summary>Frees the model's memory, for the stage that needs it next.</summary>
    void Release();
}
