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

    /// <summary>
    /// Settings with which the small model learns what its documents say, on two cores in a minute or two. It cannot hold free prose, so
    /// raw text is left out; general knowledge it has none of, but its prose is kept by the default retention.
    /// </summary>
    internal static RunOptions Options(bool retrain) => new()
    {
        Name = "demo",
        BaseModel = ProductFiles.Shipped("starter/phi4-starter"),
        Caption = new() { Model = ProductFiles.Shipped("starter/qwen2vl-starter") },
        Training = TrainingSettings.Of(new
        {
            cutoff_len = 256,
            save_steps = 200,
        }),
        Dataset = new() { TextShare = 0, Unanswerable = 0.02 },
        Evaluation = new() { Generations = 3, MaxNewTokens = 32, OpenBook = 0 },
        Retrain = retrain,
    };
}
