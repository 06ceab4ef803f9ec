using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Pipeline.Models;

namespace Pipeline.Jobs.Train.Engines;

/// <summary>The trainings that a run can choose among.</summary>
internal sealed class TrainingEngines(IAdapterTraining builtin, IOptions<EngineCatalog> catalog, TimeProvider time, ILogger<EngineTraining> logger)
{
    /// <summary>The training of a name.</summary>
    /// <exception cref="InputException">No engine has it; the message names those there are.</exception>
    public IAdapterTraining Of(string engine) => catalog.Value.Find(engine) is { } definition ? new EngineTraining(definition, builtin, time, logger) : builtin;

    /// <summary>Whether an engine leaves the device of this machine to other jobs.</summary>
    public bool IsElsewhere(string engine) => catalog.Value.IsElsewhere(engine);
}
