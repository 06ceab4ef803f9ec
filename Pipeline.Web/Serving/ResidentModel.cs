using Pipeline.Models.Batching;

namespace Pipeline.Web.Serving;

/// <summary>A model in memory, with what answers requests to it.</summary>
/// <param name="plan">What it takes.</param>
internal abstract class ResidentModel(ModelPlan plan) : IDisposable
{
    /// <summary>What it takes.</summary>
    public ModelPlan Plan { get; } = plan;

    /// <summary>Answers many requests at once; null on devices where they are answered one by one.</summary>
    public BatchScheduler? Scheduler { get; protected init; }

    public abstract void Dispose();

    /// <summary>A scheduler within the plan; null where the device has none.</summary>
    protected static BatchScheduler? Schedule(BatchModel model, ModelPlan plan, GenerationQueue queue) =>
        BatchScheduler.Serves(model) ? new BatchScheduler(model, new BatchOptions { CacheTokens = plan.CacheTokens }, queue.Device) : null;
}
