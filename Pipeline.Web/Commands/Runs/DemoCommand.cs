using System.CommandLine;
using Pipeline.Jobs;
using Pipeline.Jobs.Train;
using Pipeline.Web.Runs;

namespace Pipeline.Web.Commands.Runs;

/// <summary><c>demo</c>: the whole chain over the sample documents with the starter models.</summary>
internal static class DemoCommand
{
    public static Command Create()
    {
        Option<bool> retrain = new("--retrain") { Description = "Train again although the stored training is equal" };
        Option<bool> json = new("--json") { Description = "End with one JSON object on the last line; progress goes to standard error" };
        Option<string> data = CommonOptions.Data();
        Command command = new("demo", "The whole chain over samples/ with the starter models") { data, retrain, json };
        command.SetAction((parsed, stopping) => LocalRun.ExecuteAsync(
            new LocalRunOrder(ProductFiles.Shipped("samples"), Options(parsed.GetValue(retrain)), parsed.GetValue(data)!,
            parsed.GetValue(json)),
            parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error, stopping));
        return command;
    }

    /// <summary>Settings that show a falling loss on two cores in a minute or two.</summary>
    internal static RunOptions Options(bool retrain) => new()
    {
        Name = "demo",
        BaseModel = ProductFiles.Shipped("starter/phi4-starter"),
        Caption = new() { Model = ProductFiles.Shipped("starter/qwen2vl-starter") },
        Training = TrainingSettings.Of(new
        {
            lora_rank = 16,
            learning_rate = 4e-3,
            per_device_train_batch_size = 8,
            max_steps = 60,
            cutoff_len = 256,
            save_steps = 20,
        }),
        Evaluation = new() { Generations = 3, MaxNewTokens = 32 },
        Retrain = retrain,
    };
}
