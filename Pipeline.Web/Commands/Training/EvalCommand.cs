using System.CommandLine;
using System.Globalization;
using Pipeline.Models;
using Pipeline.Models.Datasets;
using Pipeline.Models.Evaluation;
using Pipeline.Models.Families;
using Pipeline.Models.Quantization;
using Pipeline.Models.Training.Loop;
using Pipeline.Web.Commands.Generation;

namespace Pipeline.Web.Commands.Training;

/// <summary><c>eval --model DIR [--adapter DIR] --dataset FILE</c>: loss, perplexity and answers, base against adapter.</summary>
internal static class EvalCommand
{
    public static Command Create()
    {
        ModelOptions models = new();
        Option<string> dataset = new("--dataset")
        {
            Description = "Examples, alpaca or sharegpt, JSON or JSON Lines",
            HelpName = "FILE",
            Required = true
        };
        Option<int> cutoff = new("--cutoff-len") { Description = "Most tokens of an example", DefaultValueFactory = _ => 2048 };
        Option<int> batch = new("--batch") { Description = "Examples at a time", DefaultValueFactory = _ => 8 };
        Option<int> generations = new("--generations")
        {
            Description = "Examples to answer with both models",
            DefaultValueFactory = _ =>
            4
        };
        Option<int> tokens = new("--max-new-tokens") { Description = "Longest answer", DefaultValueFactory = _ => 128 };
        Option<string?> output = new("--out") { Description = "Folder for eval_results.json", HelpName = "DIR" };
        Option<bool> json = new("--json") { Description = "End with one JSON object on the last line" };
        Command command = new("eval", "Measure a model, with and without an adapter, on held-out examples") { dataset, cutoff, batch,
            generations, tokens, output, json };
        models.AddTo(command);
        command.SetAction((parsed, stopping) => Task.Run(() =>
        {
            ComparisonOptions options = new()
            {
                Template = parsed.GetValue(models.Template),
                CutoffLen = AtLeast(1, parsed.GetValue(cutoff), "--cutoff-len"),
                BatchSize = AtLeast(1, parsed.GetValue(batch), "--batch"),
                Generations = AtLeast(0, parsed.GetValue(generations), "--generations"),
                MaxNewTokens = AtLeast(1, parsed.GetValue(tokens), "--max-new-tokens"),
                Warn = warning => parsed.InvocationConfiguration.Error.WriteLine($"warning: {warning}"),
            };
            IReadOnlyList<InstructionExample> examples = InstructionDataset.Load(parsed.GetRequiredValue(dataset));
            using LanguageModel model = models.LoadModel(parsed, QuantizedStorage.Trainable);
            ComparisonResult result = AdapterComparison.Compare(model, parsed.GetValue(models.Adapter), examples, options, stopping);
            TextWriter writer = parsed.InvocationConfiguration.Output;
            Show(result, writer);
            if (parsed.GetValue(output) is { } folder)
                writer.WriteLine($"written: {AdapterComparison.Save(folder, result)}");
            if (parsed.GetValue(json))
                writer.WriteLine(AdapterComparison.ToJson(result).ToJsonString());
            return ExitCodes.Success;
        }, CancellationToken.None));
        return command;
    }

    internal static int AtLeast(int least, int value, string option) =>
        value >= least ? value : throw new InputException($"{option} {value}: expected {least} or more");

    private static void Show(ComparisonResult result, TextWriter output)
    {
        Line("base", result.Base);
        if (result.Adapter is { } adapter)
            Line("adapter", adapter);
        foreach (ComparedGeneration generation in result.Generations)
        {
            output.WriteLine();
            output.WriteLine($"question: {generation.Example.Question}");
            output.WriteLine($"expected: {generation.Example.Output}");
            output.WriteLine($"base:     {generation.Base}");
            if (generation.Adapter is not null)
                output.WriteLine($"adapter:  {generation.Adapter}");
        }

        void Line(string name, LossResult loss) => output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{name,-8} loss {loss.Loss:F4}  perplexity {loss.Perplexity:F2}  "
            + $"({loss.Examples} examples, {loss.TargetTokens} target tokens)"));
    }
}
