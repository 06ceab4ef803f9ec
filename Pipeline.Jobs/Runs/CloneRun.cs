using System.Text.Json;
using System.Text.Json.Nodes;
using Mediator;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Microsoft.Extensions.Logging;
using Pipeline.Data;
using Pipeline.Data.Entities;
using Pipeline.Data.Stages;
using Pipeline.Jobs.Ingest;
using Pipeline.Jobs.Orchestration;
using Pipeline.Models;

namespace Pipeline.Jobs.Runs;

/// <summary>
/// A new run made from an earlier one with some settings changed; the earlier run stays as it was. Results whose keys are equal are
/// reused, so that only what the changes affect is done again. It serves no name unless the changes say so: a trial does not replace
/// what is in use.
/// </summary>
/// <param name="RunId">The earlier run.</param>
/// <param name="Changes">Settings to replace, as in the configuration file; a null removes a training key. Null changes nothing.</param>
/// <param name="From">
/// First stage to repeat: the new run has exactly the documents of the earlier one, even if the folder has changed since, and settings
/// of earlier stages may not change. Null reads the folder again.
/// </param>
public sealed record CloneRun(Guid RunId, JsonElement? Changes = null, Stage? From = null) : IRequest<RunAccepted?>;

internal sealed class CloneRunHandler(
    IDbContextFactory<PipelineDbContext> contexts, StageGraph graph, IServiceProvider services, RunOptionsChecks checks, TimeProvider time,
    ILogger<CloneRunHandler> logger)
    : IRequestHandler<CloneRun, RunAccepted?>
{
    public async ValueTask<RunAccepted?> Handle(CloneRun request, CancellationToken cancellationToken)
    {
        await using PipelineDbContext db = await contexts.CreateDbContextAsync(cancellationToken);
        Run? earlier = await db.Runs.AsNoTracking().SingleOrDefaultAsync(r => r.Id == request.RunId, cancellationToken);
        if (earlier is null) return null;
        RunOptions before = RunOptionsJson.Read(earlier.Configuration), after = Changed(earlier.Configuration, request.Changes);
        if (before.Publish.PromoteAs is { } name && after.Publish.PromoteAs == name
            && !Names(request.Changes)) after = after with { Publish = after.Publish with { PromoteAs = null } };
        List<SettingFault> faults = [.. await checks.FindAsync(after, cancellationToken)];
        if (request.From is { } from)
        {
            faults.AddRange(EarlierStageFaults(before, after, from));
            after = services.StageHandler(from).Again(after);
        }
        if (faults.Count > 0) throw new SettingsException(faults);
        after = after.WithAbsoluteModels();

        RunDocument[] documents = await db.RunDocuments.AsNoTracking().Where(d => d.RunId == earlier.Id).OrderBy(d => d.Path)
            .ToArrayAsync(cancellationToken);
        bool sameDocuments = request.From is not null || earlier.SourceFolder is null;
        if (sameDocuments && documents.Length == 0) throw new InputException(
            $"run {earlier.Id} has no documents yet; wait until it has read its folder, or leave the stage out");
        Run run = new(after.Name ?? earlier.Name, sameDocuments ? null : FolderRuns.Check(earlier.SourceFolder!),
            RunOptionsJson.Write(after), time.GetUtcNow(), priority: earlier.Priority)
        { ClonedFrom = earlier.Id };
        await using IDbContextTransaction transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        if (sameDocuments) db.RunDocuments.AddRange(documents.Select(d =>
            new RunDocument(run.Id, d.Path, d.DocumentSha256, d.DuplicateOf)));
        await db.AddRunAsync(graph, run, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        JobsLog.RunAccepted(logger, run.Id, run.Name);
        return new RunAccepted(run.Id);
    }

    /// <summary>The settings with some replaced: objects are merged, everything else is replaced, nulls remove.</summary>
    /// <exception cref="InputException">The changes are not an object.</exception>
    internal static RunOptions Changed(string configuration, JsonElement? changes)
    {
        if (changes is not { ValueKind: not JsonValueKind.Null } given) return RunOptionsJson.Read(configuration);
        if (given.ValueKind != JsonValueKind.Object) throw new InputException(
            $"options: expected an object of settings to change, found {given.ValueKind.ToString().ToLowerInvariant()}");
        JsonObject merged = JsonNode.Parse(configuration)!.AsObject();
        Merge(merged, given);
        return RunOptionsReader.Read(JsonSerializer.SerializeToElement(merged));
    }

    private static bool Names(JsonElement? changes) =>
        changes is { ValueKind: JsonValueKind.Object } given && given.TryGetProperty("publish", out JsonElement publish)
        && publish.ValueKind == JsonValueKind.Object && publish.TryGetProperty("promote_as", out _);

    private static void Merge(JsonObject into, JsonElement changes)
    {
        foreach (JsonProperty change in changes.EnumerateObject())
        {
            if (change.Value.ValueKind == JsonValueKind.Null) into.Remove(change.Name);
            else if (change.Value.ValueKind == JsonValueKind.Object
                && into[change.Name] is JsonObject section) Merge(section, change.Value);
            else into[change.Name] = JsonNode.Parse(change.Value.GetRawText());
        }
    }

    private IEnumerable<SettingFault> EarlierStageFaults(RunOptions before, RunOptions after, Stage from)
    {
        JsonNode old = JsonNode.Parse(RunOptionsJson.Write(before))!, @new = JsonNode.Parse(RunOptionsJson.Write(after))!;
        foreach (StageDefinition stage in graph.All.Where(d => graph.IsBefore(d.Stage, from)))
            foreach (string name in stage.Options.Where(name => !JsonNode.DeepEquals(old[name], @new[name])))
                yield return new SettingFault(
                    name,
                    $"concerns {stage.Stage.SnakeName}, which comes before {from.SnakeName}; start from {stage.Stage.SnakeName} to change "
                    + $"it");
    }
}
