namespace Pipeline.Jobs.Train;

/// <summary>Reports from a running training.</summary>
internal interface ITrainingProgress
{
    /// <summary>One point of a curve. Cheap; may be called at every step.</summary>
    void Measured(string name, int step, double epoch, double value);

    /// <summary>
    /// One point measured by an earlier attempt, which may not have stored it; it does not count as work of this attempt.
    /// </summary>
    void Remembered(string name, int step, double epoch, double value);

    /// <summary>
    /// Waits, for a limited time, until all points are stored. Called before a checkpoint is written, since
    /// a later attempt measures only the steps after it.
    /// </summary>
    void Flush();

    /// <summary>A checkpoint is complete on disk.</summary>
    void CheckpointSaved(int step);
}
