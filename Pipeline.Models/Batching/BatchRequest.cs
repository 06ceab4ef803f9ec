using Pipeline.Models.Generation;
using Pipeline.Models.Lora;
using Pipeline.Models.Vision;

namespace Pipeline.Models.Batching;

/// <summary>One prompt to continue.</summary>
/// <param name="Prompt">Token ids, as a chat template makes them; each image expanded to its tokens.</param>
public sealed record BatchRequest(IReadOnlyList<int> Prompt)
{
    /// <summary>How to generate.</summary>
    public GenerationOptions Options { get; init; } = new();

    /// <summary>The adapter on top of the model, not to be disposed before the answer has ended; null for the model as it is.</summary>
    public LoraAdapter? Adapter { get; init; }

    /// <summary>The images of the prompt, in order.</summary>
    public IReadOnlyList<ImagePatches> Images { get; init; } = [];

    /// <summary>Who asks: clients that wait share the model equally, whatever number of requests each has.</summary>
    public string Client { get; init; } = "";

    /// <summary>Waits however many others wait; for jobs, which bound their number themselves.</summary>
    public bool WaitsInQueue { get; init; }

    /// <summary>Receives the answer piece by piece, never half a character, on the scheduler's thread: must be quick.</summary>
    public Action<string>? OnText { get; init; }

    /// <summary>Called when the request begins to be answered, on the scheduler's thread or the caller's.</summary>
    public Action? OnStarted { get; init; }
}
