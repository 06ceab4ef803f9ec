using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Pipeline.Models;

namespace Pipeline.Jobs.Train.Engines;

/// <summary>The trainings that a run can choose from.</summary>
internal sealed class TrainingEngines(IAdapterTraining builtin, IOptions<EngineCatalog> catalog, TimeProvider time,
    ILogger<EngineTraining> logger) : IRunOptionsCheck
{
    /// <summary>The training with a name.</summary>
    /// <exception cref="InputException">No engine has that name; the message lists the existing ones.</exception>
    public IAdapterTraining Of(string engine) =>
        catalog.Value.Find(engine) is { } definition ? new EngineTraining(definition, builtin, time, logger) : builtin;

    /// <summary>Training settings of a run that its engine or its base model would reject.</summary>
    public Task<IReadOnlyList<SettingFault>> FindAsync(RunOptions options, CancellationToken ct)
    {
        try
        {
            return Task.FromResult(Of(options.Train.Engine).FindFaults(options.Training, options.BaseModel));
        }
        catch (SettingsException e)
        {
            return Task.FromResult<IReadOnlyList<SettingFault>>([.. e.Faults, .. builtin.FindFaults(options.Training, options.BaseModel)]);
        }
    }

    /// <summary>Whether an engine leaves this machine's device free for other jobs.</summary>
    public bool IsRemote(string engine) => catalog.Value.IsRemote(engine);
}
