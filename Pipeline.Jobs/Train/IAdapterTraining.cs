using Pipeline.Models;

namespace Pipeline.Jobs.Train;

/// <summary>The computation behind the training stage.</summary>
internal interface IAdapterTraining
{
    /// <summary>Version of everything that changes the result for equal inputs; part of the cache key.</summary>
    string Version { get; }

    /// <summary>What training would refuse in settings whose keys are sound by themselves: what the base model, or the engine, says of them.</summary>
    /// <param name="settings">The settings; their own faults are left out.</param>
    /// <param name="baseModel">Folder of the base model; nothing is said about one that is not there.</param>
    IReadOnlyList<SettingFault> FindFaults(TrainingSettings settings, string baseModel);

    /// <summary>Refuses to begin where this machine lacks what the training needs.</summary>
    /// <exception cref="MissingPrerequisiteException">Something is missing; names it and what to do.</exception>
    void RequirePrerequisites();

    /// <summary>Trains, or continues from the last checkpoint in the output folder.</summary>
    /// <exception cref="InputException">Model or dataset cannot be used.</exception>
    TrainingOutcome Train(TrainingOrder order, ITrainingProgress progress, CancellationToken ct);
}
