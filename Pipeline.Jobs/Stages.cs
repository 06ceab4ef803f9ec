using Microsoft.Extensions.DependencyInjection;
using Pipeline.Data.Entities;
using Pipeline.Data.Stages;
using Pipeline.Jobs.Caption;
using Pipeline.Jobs.Dataset;
using Pipeline.Jobs.Evaluate;
using Pipeline.Jobs.Extract;
using Pipeline.Jobs.Ingest;
using Pipeline.Jobs.Orchestration;
using Pipeline.Jobs.Publish;
using Pipeline.Jobs.Report;
using Pipeline.Jobs.Train;

namespace Pipeline.Jobs;

/// <summary>
/// The stage table. The chain, fan-out and fan-in, queues, retry, cloning, option checks, progress and pages read it; nothing
/// else lists stages. To add a stage, see <c>docs/how-to-add.md</c>.
/// </summary>
public static class Stages
{
    /// <summary>Finds, hashes and stores the documents of the run.</summary>
    public static readonly Stage Ingest = new("Ingest");
    /// <summary>Turns one document into Markdown, figures and page images.</summary>
    public static readonly Stage Extract = new("Extract");
    /// <summary>Has the vision model describe the figures of one document.</summary>
    public static readonly Stage Caption = new("Caption");
    /// <summary>Cuts all documents into clean chunks; text that teaches nothing is left out and counted.</summary>
    public static readonly Stage Clean = new("Clean");
    /// <summary>Finds the facts of one chunk.</summary>
    public static readonly Stage Facts = new("Facts");
    /// <summary>Writes the rows of one chunk.</summary>
    public static readonly Stage Rows = new("Rows");
    /// <summary>Checks the rows of one chunk against its text.</summary>
    public static readonly Stage Verify = new("Verify");
    /// <summary>Drops duplicates, contradictions and what must not be trained on, over all rows.</summary>
    public static readonly Stage Filter = new("Filter");
    /// <summary>Divides the rows by fact, mixes them with text and the user's files, and writes the dataset.</summary>
    public static readonly Stage Dataset = new("Dataset");
    /// <summary>LoRA training.</summary>
    public static readonly Stage Train = new("Train");
    /// <summary>Examines base model and adapter in wordings that were never trained.</summary>
    public static readonly Stage Evaluate = new("Evaluate");
    /// <summary>Writes what came of the run for people who were not there.</summary>
    public static readonly Stage Report = new("Report");
    /// <summary>Puts the adapter folder and its registry row in place.</summary>
    public static readonly Stage Publish = new("Publish");

    /// <summary>The product's own stages, for tools that inspect its runs from outside.</summary>
    public static StageGraph Graph =>
        new(new ServiceCollection().AddStages().Select(s => s.ImplementationInstance).OfType<StageDefinition>());

    internal static IServiceCollection AddStages(this IServiceCollection services) => services
        .AddStage<StartRun>(new(Ingest, StageScope.Run, Queues.Control) { Next = [Extract] })
        .AddStage<ExtractDocument>(new(Extract, StageScope.Document, Queues.Cpu) { Next = [Caption], Options = ["extraction"] })
        .AddStage<CaptionDocument>(new(Caption, StageScope.Document, Queues.Gpu) { Next = [Clean], Options = ["caption"] })
        .AddStage<CleanDocuments>(new(Clean, StageScope.Run, Queues.Cpu) { Next = [Facts], Options = ["dataset"] })
        .AddStage<FindFacts>(new(Facts, StageScope.Part, Queues.Gpu) { Next = [Rows], OtherQueues = [Queues.Cpu] })
        .AddStage<WriteRows>(new(Rows, StageScope.Part, Queues.Gpu) { Next = [Verify], OtherQueues = [Queues.Cpu] })
        .AddStage<VerifyRows>(new(Verify, StageScope.Part, Queues.Gpu) { Next = [Filter], OtherQueues = [Queues.Cpu] })
        .AddStage<FilterRows>(new(Filter, StageScope.Run, Queues.Cpu) { Next = [Dataset] })
        .AddStage<BuildDataset>(new(Dataset, StageScope.Run, Queues.Cpu) { Next = [Train] })
        .AddStage<TrainAdapter>(new(Train, StageScope.Run, Queues.Gpu)
        {
            Next = [Evaluate],
            OtherQueues = [Queues.Remote],
            Options = ["base_model", "train", "training"],
        })
        .AddStage<EvaluateAdapter>(new(Evaluate, StageScope.Run, Queues.Gpu) { Next = [Report], Options = ["evaluation"] })
        .AddStage<WriteReport>(new(Report, StageScope.Run, Queues.Cpu) { Next = [Publish] })
        .AddStage<PublishAdapter>(new(Publish, StageScope.Run, Queues.Cpu) { Options = ["publish"] });
}
