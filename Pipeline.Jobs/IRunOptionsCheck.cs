using Pipeline.Models;

namespace Pipeline.Jobs;

/// <summary>A check of run options that looks beyond the options themselves: at model folders, engines, served names.</summary>
internal interface IRunOptionsCheck
{
    /// <summary>The faults found.</summary>
    /// <param name="options">Settings with absolute model folders.</param>
    /// <param name="ct">Stops the check.</param>
    Task<IReadOnlyList<SettingFault>> FindAsync(RunOptions options, CancellationToken ct);
}
