namespace Pipeline.Data.Entities;

/// <summary>
/// Fan-in of a run before one stage: how much still holds the stage up. The transaction that brings it to zero opens the stage.
/// A missing row means that nothing has changed since the run began.
/// </summary>
public sealed class RunGate
{
    private RunGate() { }

    /// <summary>The run.</summary>
    public Guid RunId { get; private init; }
    /// <summary>Stage of the whole run that waits, or the end of the run.</summary>
    public Stage Stage { get; private init; }
    /// <summary>Unfinished items and stages that lead to it.</summary>
    public int Open { get; private init; }
}
