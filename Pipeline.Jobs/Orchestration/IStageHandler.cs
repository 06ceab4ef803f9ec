using Pipeline.Data;
using Pipeline.Data.Claims;

namespace Pipeline.Jobs.Orchestration;

/// <summary>The work of one stage. Registered with its row by <see cref="StageRegistration.AddStage{THandler}"/>.</summary>
public interface IStageHandler
{
    /// <summary>Does the work of a claimed item and ends the claim.</summary>
    /// <param name="claim">The item; completing or skipping it is one transaction with the outputs.</param>
    /// <param name="ct">Canceled when this worker stops or the item is lost: save what is done and rethrow.</param>
    /// <returns>The outcome, for the log.</returns>
    Task<string> WorkAsync(ItemClaim claim, CancellationToken ct);

    /// <summary>The queue of a run's items when it differs from that of the stage's row; one of its other queues.</summary>
    string? QueueOf(RunOptions options) => null;

    /// <summary>The settings of a run that must redo this stage even where an equal result is stored.</summary>
    RunOptions Again(RunOptions options) => options;

    /// <summary>Clears what the stage recorded on a run, since it will be redone. Part of the caller's transaction.</summary>
    Task ForgetAsync(PipelineDbContext db, Guid runId, CancellationToken ct) => Task.CompletedTask;

    /// <summary>The stage's results for a run, for display: <c>11 pages, 15 figures</c>. Null shows just the number of items.</summary>
    string? Describe(RunSummary run) => null;
}
