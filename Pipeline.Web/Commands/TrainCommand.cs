using System.CommandLine;
using System.Text.Json;
using Pipeline.Models.Training;

namespace Pipeline.Web.Commands;

/// <summary><c>train CONFIG [--resume]</c>: LoRA training alone, without a database.</summary>
internal static class TrainCommand
{
    public static Command Create()
    {
        var config = new Argument<string>("CONFIG") { Description = "Training configuration with LLaMA-Factory's keys, YAML or JSON" };
        var overrides = new Argument<string[]>("KEY=VALUE")
        {
            Description = "Keys that win over the configuration's",
            Arity = ArgumentArity.ZeroOrMore,
        };
        var resume = new Option<bool>("--resume") { Description = "Go on from the newest sound checkpoint of output_dir" };
        var json = new Option<bool>("--json") { Description = "End with one JSON object on the last line" };
        var command = new Command("train", "Train a LoRA adapter from a configuration file") { config, overrides, resume, json };
        command.SetAction((parsed, stopping) => Task.Run(() => Run(
            parsed.GetRequiredValue(config), parsed.GetValue(overrides) ?? [], parsed.GetValue(resume), parsed.GetValue(json),
            parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error, stopping), CancellationToken.None));
        return command;
    }

    private static int Run(string config, string[] overrides, bool resume, bool json, TextWriter output, TextWriter error, CancellationToken stopping)
    {
        TrainingArguments arguments = TrainingArguments.Load(config, resume ? [.. overrides, "resume_from_checkpoint=true"] : overrides);
        TrainingResult result;
        using (var progress = new TrainingProgressView(json ? error : output, error))
            result = LoraTrainer.Train(arguments, progress, stopping);
        output.WriteLine(FormattableString.Invariant(
            $"{result.Steps} steps in {TimeSpan.FromSeconds(result.Seconds):h\\:mm\\:ss}, loss {result.FirstLoss:F4} to {result.LastLoss:F4}")
            + (result.EvalLoss is { } held ? FormattableString.Invariant($", held-out loss {held:F4}") : ""));
        output.WriteLine($"adapter: {result.OutputDir}");
        if (json)
            output.WriteLine(JsonSerializer.Serialize(new
            {
                steps = result.Steps,
                epochs = result.Epochs,
                first_loss = result.FirstLoss,
                last_loss = result.LastLoss,
                train_loss = result.TrainLoss,
                eval_loss = result.EvalLoss,
                trainable_parameters = result.TrainableParameters,
                all_parameters = result.AllParameters,
                examples = new { train = result.Examples, eval = result.EvalExamples },
                seconds = result.Seconds,
                resumed_from_step = result.ResumedFromStep,
                adapter_path = Path.GetFullPath(result.OutputDir),
            }));
        return ExitCodes.Success;
    }
}
