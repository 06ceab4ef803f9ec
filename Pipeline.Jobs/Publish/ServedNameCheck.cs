using Microsoft.EntityFrameworkCore;
using Pipeline.Data;
using Pipeline.Jobs.Served;
using Pipeline.Models;

namespace Pipeline.Jobs.Publish;

/// <summary>Refuses a name that settings ask to be served and that cannot be.</summary>
internal sealed class ServedNameCheck(IDbContextFactory<PipelineDbContext> contexts) : IRunOptionsCheck
{
    public async Task<IReadOnlyList<SettingFault>> FindAsync(RunOptions options, CancellationToken ct)
    {
        if (options.Publish.PromoteAs is not { } name) return [];
        await using PipelineDbContext db = await contexts.CreateDbContextAsync(ct);
        string? fault = await ServedNames.FaultAsync(db, name, ct);
        if (fault is null && name == Path.GetFileName(Path.TrimEndingDirectorySeparator(options.BaseModel)))
            fault = $"'{name}' is the name of the base model, which is served too; choose another";
        return fault is null ? [] : [new SettingFault(RunOptionsSchema.NameOf(o => o.Publish.PromoteAs), fault)];
    }
}
