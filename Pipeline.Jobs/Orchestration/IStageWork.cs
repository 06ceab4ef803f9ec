using Mediator;
using Pipeline.Data.Entities;
using Pipeline.Jobs.Caption;
using Pipeline.Jobs.Dataset;
using Pipeline.Jobs.Evaluate;
using Pipeline.Jobs.Extract;
using Pipeline.Jobs.Ingest;
using Pipeline.Jobs.Publish;
using Pipeline.Jobs.Train;

namespace Pipeline.Jobs.Orchestration;

/// <summary>The work behind the queue: what is done with one item of a stage.</summary>
internal interface IStageWork
{
    /// <summary>Claims the item, works on it and ends it; or returns when another worker has it.</summary>
    Task WorkAsync(Stage stage, Guid itemId, CancellationToken stopping);
}

/// <summary>Sends each item to the handler of its stage.</summary>
internal sealed class StageWork(ISender sender) : IStageWork
{
    public async Task WorkAsync(Stage stage, Guid itemId, CancellationToken stopping)
    {
        IRequest request = stage switch
        {
            Stage.Ingest => new StartRun(itemId),
            Stage.Extract => new ExtractDocument(itemId),
            Stage.Caption => new CaptionDocument(itemId),
            Stage.Dataset => new BuildDataset(itemId),
            Stage.Train => new TrainAdapter(itemId),
            Stage.Evaluate => new EvaluateAdapter(itemId),
            Stage.Publish => new PublishAdapter(itemId),
            _ => throw new ArgumentOutOfRangeException(nameof(stage), stage, "no work for this stage"),
        };
        await sender.Send(request, stopping);
    }
}
