using System.Text.Json;
using Pipeline.Models;

namespace Pipeline.Jobs.Train;

/// <summary>The computation behind the training stage.</summary>
internal interface IAdapterTraining
{
    /// <summary>Version of everything that changes the result for equal inputs; part of the cache key.</summary>
    string Version { get; }

    /// <summary>Refuses settings that training would refuse, and names the chat template they lead to.</summary>
    /// <exception cref="InputException">A name is unknown, or a value out of range.</exception>
    string Check(IReadOnlyDictionary<string, JsonElement> settings, string baseModel);

    /// <summary>Trains, or continues from the last checkpoint in the output folder.</summary>
    /// <exception cref="InputException">Model or dataset cannot be used.</exception>
    TrainingOutcome Train(TrainingOrder order, ITrainingProgress progress, CancellationToken ct);
}
