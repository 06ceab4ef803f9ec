using System.Collections.Concurrent;
using System.ComponentModel.DataAnnotations;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Data;
using Pipeline.Data.Claims;
using Pipeline.Data.Entities;
using Pipeline.Data.Stages;
using Pipeline.Jobs;
using Pipeline.Jobs.Orchestration;

namespace Pipeline.Tests.Jobs.AddedStages;

/// <summary>
/// Stages that the product does not know, added to its chain from here: each captioned document is cut into clauses, each clause is
/// read twice side by side and then judged, and what all of them gave is summed up before training.
/// <c>Caption → CutClauses (document) → {ReadForward, ReadBackward} → JudgeClause (parts) → SumClauses (run) → Train</c>.
/// </summary>
internal sealed class ClausesStages
{
    public static readonly Stage Cut = new("CutClauses"), Forward = new("ReadForward"), Backward = new("ReadBackward"),
        Judge = new("JudgeClause"),
        Sum = new("SumClauses");

    /// <summary>What was worked on, in order of finishing: stage and key.</summary>
    public ConcurrentQueue<(Stage Stage, string Key)> Done { get; } = [];

    /// <summary>Called by each work before it ends its claim.</summary>
    public Func<ItemClaim, CancellationToken, Task> During { get; set; } = (_, _) => Task.CompletedTask;

    /// <summary>Clauses of a document.</summary>
    public int Clauses { get; set; } = 3;

    /// <summary>Setting of the last run that was summed up.</summary>
    public int Strictness { get; private set; }

    public void Add(IServiceCollection services) => services
        .AddSingleton(this)
        .AddStage<CutHandler>(new(Cut, StageScope.Document, Queues.Cpu)
        {
            After = [Stages.Caption],
            Next = [Forward, Backward],
            Title = "Clauses"
        })
        .AddStage<PartHandler>(new(Forward, StageScope.Part, Queues.Cpu) { Next = [Judge] })
        .AddStage<PartHandler>(new(Backward, StageScope.Part, Queues.Gpu) { Next = [Judge] })
        .AddStage<PartHandler>(new(Judge, StageScope.Part, Queues.Cpu)
        {
            Next = [Sum],
            Attempts = 2,
            Options = ["clauses"],
            OptionsType = typeof(ClausesOptions),
        })
        .AddStage<SumHandler>(new(Sum, StageScope.Run, Queues.Cpu) { Next = [Stages.Train] });

    public sealed record ClausesOptions
    {
        [Range(1, 5)] public int Strictness { get; init; } = 2;
    }

    private async Task NoteAsync(ItemClaim claim, CancellationToken ct, IReadOnlyList<StagePart>? parts = null)
    {
        await During(claim, ct);
        await claim.CompleteAsync((_, _) => Task.CompletedTask, fromCache: false, ct, parts);
        Done.Enqueue((claim.Item.Stage, claim.Item.Key));
    }

    private sealed class CutHandler(ClausesStages stages) : IStageHandler
    {
        public async Task<string> WorkAsync(ItemClaim claim, CancellationToken ct)
        {
            string[] keys = [.. Enumerable.Range(1, stages.Clauses).Select(i => $"clause-{i}")];
            await stages.NoteAsync(claim, ct,
                [.. keys.Select(k => new StagePart(Forward, k)), .. keys.Select(k => new StagePart(Backward, k))]);
            return $"{keys.Length} clauses";
        }
    }

    private sealed class PartHandler(ClausesStages stages) : IStageHandler
    {
        public async Task<string> WorkAsync(ItemClaim claim, CancellationToken ct)
        {
            await stages.NoteAsync(claim, ct);
            return claim.Item.Key;
        }
    }

    private sealed class SumHandler(ClausesStages stages, IDbContextFactory<PipelineDbContext> contexts) : IStageHandler
    {
        public string? Describe(RunSummary run) => "summed up";

        public async Task<string> WorkAsync(ItemClaim claim, CancellationToken ct)
        {
            await using PipelineDbContext db = await contexts.CreateDbContextAsync(ct);
            int judged = await db.StageItems.CountAsync(i =>
                i.RunId == claim.Item.RunId && i.Stage == Judge && i.State == ItemState.Succeeded, ct);
            Run run = await db.Runs.SingleAsync(r => r.Id == claim.Item.RunId, ct);
            stages.Strictness = RunOptionsJson.Read(run.Configuration).Section<ClausesOptions>("clauses").Strictness;
            await stages.NoteAsync(claim, ct);
            return $"{judged} clauses judged";
        }
    }
}
