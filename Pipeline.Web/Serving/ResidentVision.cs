using Pipeline.Models.Batching;
using Pipeline.Models.Vision;

namespace Pipeline.Web.Serving;

/// <summary>A vision-language model in memory.</summary>
internal sealed class ResidentVision : ResidentModel
{
    public ResidentVision(ModelPlan plan, string device, GenerationQueue queue) : base(plan)
    {
        Vision = VisionLanguageModel.Load(plan.Folder, plan.LoadOptions(device));
        Scheduler = Schedule(BatchModel.Of(Vision), plan, queue);
    }

    public VisionLanguageModel Vision { get; }

    public override void Dispose()
    {
        Scheduler?.Dispose();
        Vision.Dispose();
    }
}
