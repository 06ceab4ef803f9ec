using Pipeline.Data.Entities;

namespace Pipeline.Jobs.Orchestration;

/// <summary>Claims an item and gives it to the handler of its stage.</summary>
internal sealed class StageWork(StageRunner runner, IServiceProvider services)
{
    /// <summary>Claims the item, works on it and ends it; or returns when another worker has it.</summary>
    public Task WorkAsync(Stage stage, Guid itemId, CancellationToken stopping) =>
        runner.RunAsync(itemId, services.StageHandler(stage).WorkAsync, stopping);
}
