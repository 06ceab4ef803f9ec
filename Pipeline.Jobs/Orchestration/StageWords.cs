using Microsoft.Extensions.DependencyInjection;
using Pipeline.Data.Entities;

namespace Pipeline.Jobs.Orchestration;

/// <summary>What stages say about their results, for display.</summary>
public sealed class StageWords(IServiceProvider services)
{
    /// <summary>A stage's results for a run, or null when it says nothing beyond its items.</summary>
    public string? Describe(Stage stage, RunSummary run) => services.GetKeyedService<IStageHandler>(stage)?.Describe(run);
}
