using Pipeline.Models.Generation;

namespace Pipeline.Web.Serving;

/// <summary>How a conversation is to be answered, and who hears of it.</summary>
/// <param name="Options">How to generate.</param>
/// <param name="Client">Who asks: clients share the models equally.</param>
internal sealed record AnswerOrder(GenerationOptions Options, string Client)
{
    /// <summary>Receives the answer piece by piece; must be quick.</summary>
    public Action<string>? OnText { get; init; }

    /// <summary>The conversation is in order and has been passed to the model, or waits for the model to be loaded.</summary>
    public Action? OnAccepted { get; init; }

    /// <summary>The answer is being computed.</summary>
    public Action? OnStarted { get; init; }

    /// <summary>Waits however many others wait; for jobs.</summary>
    public bool WaitsInQueue { get; init; }
}
