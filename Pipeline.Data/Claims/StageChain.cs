using Pipeline.Data.Entities;

namespace Pipeline.Data.Claims;

/// <summary>What follows what: <c>Ingest → (Extract → Caption) per document → Dataset → Train → Evaluate → Publish</c>.</summary>
public static class StageChain
{
    /// <summary>Whether the stage has one item per document.</summary>
    public static bool IsPerDocument(Stage stage) => stage is Stage.Extract or Stage.Caption;

    /// <summary>The next stage for the same document, or null when the document is done.</summary>
    public static Stage? NextForDocument(Stage stage) => stage == Stage.Extract ? Stage.Caption : null;

    /// <summary>The next stage of the whole run, or null when the run is done.</summary>
    public static Stage? NextForRun(Stage stage) => stage switch
    {
        Stage.Dataset => Stage.Train,
        Stage.Train => Stage.Evaluate,
        Stage.Evaluate => Stage.Publish,
        _ => null,
    };

    /// <summary>
    /// How many workers may die, or meet transient trouble, with one item. Documents may be hostile, so few; a training gets its
    /// attempts back with every checkpoint it saves.
    /// </summary>
    public static int Attempts(Stage stage) => IsPerDocument(stage) ? 3 : 5;
}
