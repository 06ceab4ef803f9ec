namespace Pipeline.Data.Stages;

/// <summary>What one item of a stage is about.</summary>
public enum StageScope
{
    /// <summary>The run as a whole: one item, and its failure ends the run.</summary>
    Run,
    /// <summary>One document of the run. A failure ends the work on that document only.</summary>
    Document,
    /// <summary>
    /// A part that the stage before names: a chunk of a document, a batch of rows. A failure ends the work on that part only.
    /// </summary>
    Part,
}
