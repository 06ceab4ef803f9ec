using Pipeline.Jobs.Ingest;
using Pipeline.Models;

namespace Pipeline.Jobs;

/// <summary>Finds all faults of run options, before anything is stored.</summary>
internal sealed class RunOptionsChecks(IEnumerable<IRunOptionsCheck> checks)
{
    /// <summary>Everything that is wrong; empty when nothing is.</summary>
    public async Task<IReadOnlyList<SettingFault>> FindAsync(RunOptions options, CancellationToken ct)
    {
        List<SettingFault> faults = [.. options.ReadFaults, .. RunOptionsRules.Faults(options), .. options.Training.Faults];
        RunOptions resolved = options.WithAbsoluteModels();
        foreach (IRunOptionsCheck check in checks) faults.AddRange(await check.FindAsync(resolved, ct));
        return faults;
    }

    /// <summary>Refuses options that cannot be used.</summary>
    /// <exception cref="SettingsException">Something is wrong; all of it is said.</exception>
    public async Task CheckAsync(RunOptions options, CancellationToken ct)
    {
        if (await FindAsync(options, ct) is { Count: > 0 } faults) throw new SettingsException(faults);
    }
}
