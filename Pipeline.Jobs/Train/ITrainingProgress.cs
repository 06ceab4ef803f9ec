namespace Pipeline.Jobs.Train;

/// <summary>What a training tells while it works.</summary>
internal interface ITrainingProgress
{
    /// <summary>One point of a curve. Cheap; may be called at every step.</summary>
    void Measured(string name, int step, double epoch, double value);

    /// <summary>One point that an earlier attempt measured, and perhaps could not tell: no work of this one.</summary>
    void Remembered(string name, int step, double epoch, double value);

    /// <summary>
    /// Waits until what was measured is stored, but not for ever: the training goes on. Called before a checkpoint is written, since
    /// a later attempt measures only the steps after it.
    /// </summary>
    void Flush();

    /// <summary>A checkpoint is complete on disk.</summary>
    void CheckpointSaved(int step);
}
