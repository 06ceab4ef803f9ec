using System.Text.Json;
using Pipeline.Data.Stages;
using Pipeline.Jobs.Ingest;
using Pipeline.Models;

namespace Pipeline.Jobs;

/// <summary>Finds all faults of run options, before anything is stored.</summary>
internal sealed class RunOptionsChecks(StageGraph stages, IEnumerable<IRunOptionsCheck> checks)
{
    /// <summary>All faults; empty when there is none.</summary>
    public async Task<IReadOnlyList<SettingFault>> FindAsync(RunOptions options, CancellationToken ct)
    {
        List<SettingFault> faults = [.. options.ReadFaults, .. RunOptionsRules.Faults(options), .. options.Training.Faults,
            .. FaultsOfSections(options)];
        RunOptions resolved = options.WithAbsoluteModels();
        foreach (IRunOptionsCheck check in checks) faults.AddRange(await check.FindAsync(resolved, ct));
        return faults;
    }

    private IEnumerable<SettingFault> FaultsOfSections(RunOptions options)
    {
        foreach ((string name, JsonElement given) in options.Sections ?? new Dictionary<string, JsonElement>())
        {
            Type? type = stages.All.Where(d => d.Options.Contains(name)).Select(d => d.OptionsType).FirstOrDefault(t => t is not null);
            IReadOnlyList<SettingFault> faults = type is null
                ? [RunOptionsReader.Unknown(typeof(RunOptions), "", name)]
                : RunOptionsReader.FaultsOfSection(name, given, type);
            foreach (SettingFault fault in faults) yield return fault;
        }
    }

    /// <summary>Rejects options that cannot be used.</summary>
    /// <exception cref="SettingsException">Something is wrong; the message lists all faults.</exception>
    public async Task CheckAsync(RunOptions options, CancellationToken ct)
    {
        if (await FindAsync(options, ct) is { Count: > 0 } faults) throw new SettingsException(faults);
    }
}
