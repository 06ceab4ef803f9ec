using System.Diagnostics;

namespace Pipeline.Models.Generation;

/// <summary>
/// What a model is given to continue, for listeners inside this process. Nobody listens in normal operation, and nothing is
/// written anywhere: prompts hold the text of documents.
/// </summary>
internal static class GenerationEvents
{
    /// <summary>Name of the listener.</summary>
    public const string Source = "Pipeline.Models.Generation";

    /// <summary>Raised when a generation begins; its payload is the token ids of each prompt.</summary>
    public const string Prompts = "Prompts";

    private static readonly DiagnosticListener Listener = new(Source);

    public static void Started(IReadOnlyList<IReadOnlyList<int>> prompts)
    {
        if (Listener.IsEnabled(Prompts))
            Listener.Write(Prompts, prompts);
    }
}
