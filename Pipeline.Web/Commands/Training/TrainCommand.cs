using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Pipeline.Models.Training;
using Pipeline.Models.Training.Configuration;

namespace Pipeline.Web.Commands.Training;

/// <summary><c>train [CONFIG] [--key value …] [--resume]</c>: LoRA training alone, without a database.</summary>
internal static class TrainCommand
{
    public static Command Create()
    {
        // Keys are not command-line options of ours: LLaMA-Factory scripts write them in several styles, which the key reader knows.
        Argument<string[]> words = new("CONFIG")
        {
            Description =
                "Configuration with LLaMA-Factory's keys, YAML or JSON; then, or alone, keys as --key value, --key=value or key=value,"
                + " which win over the file's. All keys: train --list-keys",
            Arity = ArgumentArity.ZeroOrMore,
        };
        Option<bool> resume = new("--resume") { Description = "Go on from the newest sound checkpoint of output_dir" };
        Option<bool> json = new("--json") { Description = "End with one JSON object on the last line" };
        Option<bool> list = new("--list-keys") { Description = "Show all keys with default and meaning, and end" };
        Command command = new("train", "Train a LoRA adapter from a configuration file or from LLaMA-Factory's flags") { words, resume,
            json, list };
        command.SetAction((parsed, stopping) => Task.Run(() => Run(
            parsed.GetValue(words) ?? [], parsed.GetValue(resume), parsed.GetValue(json), parsed.GetValue(list),
            parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error, stopping), CancellationToken.None));
        return command;
    }

    private static int Run(string[] words, bool resume, bool json, bool list, TextWriter output, TextWriter error,
        CancellationToken stopping)
    {
        if (list)
        {
            output.Write(TrainingArguments.Reference());
            return ExitCodes.Success;
        }
        TrainingArguments arguments = TrainingArguments.FromWords(resume ? [.. words, "--resume_from_checkpoint=true"] : words);
        TrainingResult result;
        using (TrainingProgressView progress = new(json ? error : output, error))
            result = LoraTrainer.Train(arguments, progress, stopping);
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{result.Steps} steps in {TimeSpan.FromSeconds(result.Seconds):h\\:mm\\:ss}, loss {result.FirstLoss:F4} to "
            + $"{result.LastLoss:F4}")
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
                tokens = result.Tokens,
                retained_tokens = result.RetainedTokens,
                resumed_from_step = result.ResumedFromStep,
                adapter_path = Path.GetFullPath(result.OutputDir),
            }));
        return ExitCodes.Success;
    }
}
