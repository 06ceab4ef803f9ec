using Pipeline.Models;
using Pipeline.Models.Weights;

namespace Pipeline.Jobs.Ingest;

/// <summary>Rejects unusable model folders that a run would need.</summary>
internal sealed class ModelFolderCheck : IRunOptionsCheck
{
    public Task<IReadOnlyList<SettingFault>> FindAsync(RunOptions options, CancellationToken ct) =>
        Task.FromResult<IReadOnlyList<SettingFault>>([.. Find(options)]);

    private static IEnumerable<SettingFault> Find(RunOptions options)
    {
        if (options.BaseModel is { Length: > 0 } model && ModelFolder.FindFault(model) is { } fault)
            yield return new SettingFault(RunOptionsSchema.NameOf(o => o.BaseModel), fault);
        if (options.Caption is { Enabled: true, Model: { Length: > 0 } vision } && ModelFolder.FindFault(vision) is { } missing)
            yield return new SettingFault(RunOptionsSchema.NameOf(o => o.Caption.Model),
                $"{missing}, or set {RunOptionsSchema.NameOf(o => o.Caption.Enabled)} to false");
    }
}
