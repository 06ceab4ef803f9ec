using Pipeline.Models;

namespace Pipeline.Jobs.Train;

/// <summary>The computation behind the training stage.</summary>
internal interface IAdapterTraining
{
    /// <summary>Version of everything that changes the result for equal inputs; part of the cache key.</summary>
    string Version { get; }

    /// <summary>Faults of settings whose keys are valid in themselves: what the base model or the engine does not support.</summary>
    /// <param name="settings">The settings; their own faults are left out.</param>
    /// <param name="baseModel">Folder of the base model; a missing one is not reported here.</param>
    IReadOnlyList<SettingFault> FindFaults(TrainingSettings settings, string baseModel);

    /// <summary>Fails when this machine lacks something that the training needs.</summary>
    /// <exception cref="MissingPrerequisiteException">Something is missing; the message names it and the fix.</exception>
    void RequirePrerequisites();

    /// <summary>Trains, or continues from the last checkpoint in the output folder.</summary>
    /// <exception cref="InputException">Model or dataset cannot be used.</exception>
    TrainingOutcome Train(TrainingOrder order, ITrainingProgress progress, CancellationToken ct);
}
