using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Pipeline.Jobs.Evaluate;
using Pipeline.Models.Training.Configuration;

namespace Pipeline.Tests.Jobs;

public sealed class LoraComparisonTests
{
    [Fact]
    public void An_adapter_measured_alone_has_the_loss_it_has_beside_the_base_and_progress_ends_at_all_examples()
    {
        using TemporaryFolder folder = new();
        string model = Path.Combine(GoldenFiles.Root, "phi4-tiny"), adapter = Path.Combine(GoldenFiles.Root, "lora-phi4-tiny", "final"),
            examples = folder.File("eval.jsonl");
        File.WriteAllLines(examples, Enumerable.Range(0, 5).Select(i => JsonSerializer.Serialize(new
        {
            instruction = $"What is the flow of pump {i}?",
            input = "",
            output = $"Pump {i} has a flow of {3 * i} litres per minute.",
        })));
        TrainingArguments training = new() { CutoffLen = 96, EvalBatchSize = 2 };
        List<(int Done, int Total)> told = [];
        LoraComparison comparison = new(NullLogger<LoraComparison>.Instance);

        ComparisonOutcome both = comparison.Compare(
            model, adapter, examples, training, new EvaluationOptions { Generations = 1, MaxNewTokens = 2 }, (done, total) =>
                told.Add((done, total)), TestContext.Current.CancellationToken);
        (double loss, long tokens) = comparison.Measure(model, adapter, examples, training, TestContext.Current.CancellationToken);

        tokens.ShouldBe(both.Tokens);
        loss.ShouldBe(both.AdapterLoss, 1e-6);
        Math.Abs(both.AdapterLoss - both.BaseLoss).ShouldBeGreaterThan(1e-3);       // the adapter does something
        told.ShouldAllBe(t => t.Total == 12);       // five examples and one answer, by two models
        told.Select(t => t.Done).ShouldBe([2, 4, 5, 6, 8, 10, 11, 12]);
    }
}
