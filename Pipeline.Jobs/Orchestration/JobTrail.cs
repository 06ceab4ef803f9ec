using Hangfire.Server;
using Hangfire.States;
using Hangfire.Storage;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Pipeline.Data;

namespace Pipeline.Jobs.Orchestration;

/// <summary>Tags what is logged during a queue entry with its id, and lets failed entries expire, as the queue does with others.</summary>
internal sealed class JobTrail(IOptions<RetentionOptions> keep, ILogger<JobTrail> logger) : IServerFilter, IElectStateFilter,
    IApplyStateFilter
{
    /// <summary>Position among the filters: after Hangfire's own, which look for the states that they know.</summary>
    public const int Order = 100;

    private const string Scope = "pipeline-log-scope";

    public void OnPerforming(PerformingContext context) =>
        context.Items[Scope] = logger.BeginScope(new Dictionary<string, object?> { ["JobId"] = context.BackgroundJob.Id });

    public void OnPerformed(PerformedContext context)
    {
        if (context.Items.TryGetValue(Scope, out object? scope)) (scope as IDisposable)?.Dispose();
    }

    public void OnStateElection(ElectStateContext context)
    {
        // The failure is in the item's row, which is retried from the run's page; the entry only reports it.
        if (context.CandidateState is FailedState failed) context.CandidateState = new EndedInFailure(failed);
    }

    public void OnStateApplied(ApplyStateContext context, IWriteOnlyTransaction transaction)
    {
        // as long as its log
        if (context.NewState is EndedInFailure) context.JobExpirationTimeout = TimeSpan.FromDays(keep.Value.LogDays);
    }

    public void OnStateUnapplied(ApplyStateContext context, IWriteOnlyTransaction transaction) { }

    /// <summary>Hangfire keeps failed entries forever, waiting for someone to requeue them; here nobody has to.</summary>
    private sealed class EndedInFailure(FailedState failed) : IState
    {
        public string Name => failed.Name;
        public string? Reason => failed.Reason;
        public bool IsFinal => true;
        public bool IgnoreJobLoadException => failed.IgnoreJobLoadException;
        public Dictionary<string, string> SerializeData() => failed.SerializeData();
    }
}
