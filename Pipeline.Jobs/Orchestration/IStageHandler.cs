using Pipeline.Data;
using Pipeline.Data.Claims;
using Pipeline.Jobs.Runs;

namespace Pipeline.Jobs.Orchestration;

/// <summary>The work of one stage. Registered with its row by <see cref="StageRegistration.AddStage{THandler}"/>.</summary>
public interface IStageHandler
{
    /// <summary>Does the work of a claimed item and ends the claim.</summary>
    /// <param name="claim">The item; completing or skipping it is one transaction with the outputs.</param>
    /// <param name="ct">Canceled when this worker stops or the item is lost: save what is done and rethrow.</param>
    /// <returns>What came of it, for the log.</returns>
    Task<string> WorkAsync(ItemClaim claim, CancellationToken ct);

    /// <summary>The queue of a run's items, when it is not that of the stage's row; one of its other queues.</summary>
    string? QueueOf(RunOptions options) => null;

    /// <summary>The settings of a run that is to do this stage anew even where an equal result is stored.</summary>
    RunOptions Again(RunOptions options) => options;

    /// <summary>Takes from a run what the stage noted on it, since it will be done again. Part of the caller's transaction.</summary>
    Task ForgetAsync(PipelineDbContext db, Guid runId, CancellationToken ct) => Task.CompletedTask;

    /// <summary>What the stage gave a run, for people: <c>11 pages, 15 figures</c>. Null leaves it at the number of items.</summary>
    string? Describe(RunSummary run) => null;
}
