using Pipeline.Models.Datasets;
using Pipeline.Models.Training;

namespace Pipeline.Tests.Models.Training;

public sealed class TrainingPlanTests
{
    [Fact]
    public void The_reference_configuration_makes_240_steps_with_the_epochs_of_its_log()
    {
        TrainingPlan plan = Plan(180, new TrainingArguments { TrainBatchSize = 1, GradientAccumulationSteps = 16, NumTrainEpochs = 20 });
        plan.TotalSteps.ShouldBe(240);
        plan.EpochAfter(5).ShouldBe(0.4444444444444444);
        plan.EpochAfter(15).ShouldBe(1.2666666666666666, 1e-15);
        plan.EpochAfter(240).ShouldBe(20);
    }

    [Fact]
    public void Every_epoch_sees_each_example_once_in_an_order_of_its_own()
    {
        TrainingPlan plan = Plan(23, new TrainingArguments { TrainBatchSize = 2, GradientAccumulationSteps = 3, NumTrainEpochs = 2 });
        int[][] epochs = [.. Enumerable.Range(0, 2).Select(epoch => Enumerable.Range(0, plan.StepsPerEpoch)
            .SelectMany(step => plan.BatchesOf(epoch * plan.StepsPerEpoch + step)).SelectMany(b => b.Rows).ToArray())];
        foreach (int[] rows in epochs)
            rows.Order().ShouldBe(Enumerable.Range(0, 23));
        epochs[0].ShouldNotBe(epochs[1]);
        epochs[0].ShouldNotBe(Enumerable.Range(0, 23).ToArray());
    }

    [Fact]
    public void The_order_depends_on_seed_and_position_alone()
    {
        var arguments = new TrainingArguments { TrainBatchSize = 2, NumTrainEpochs = 5 };
        TrainingPlan whole = Plan(11, arguments);
        for (int step = 0; step < whole.TotalSteps; step++)
            Plan(11, arguments).BatchesOf(step).SelectMany(b => b.Rows).ShouldBe(whole.BatchesOf(step).SelectMany(b => b.Rows));
        new TrainingPlan(arguments, Examples(11), new RandomState(1)).BatchesOf(0)[0].Rows.ShouldNotBe(whole.BatchesOf(0)[0].Rows);
    }

    [Theory]
    [InlineData(0.5, -1, 6)]
    [InlineData(0.01, -1, 1)]
    [InlineData(3, 7, 7)]
    public void Fractions_of_epochs_and_fixed_steps_are_followed(double epochs, int maxSteps, int expected) =>
        Plan(12, new TrainingArguments { TrainBatchSize = 1, NumTrainEpochs = epochs, MaxSteps = maxSteps }).TotalSteps.ShouldBe(expected);

    private static TrainingPlan Plan(int examples, TrainingArguments arguments) => new(arguments, Examples(examples), new RandomState(arguments.Seed));

    private static TokenizedExample[] Examples(int count) => [.. Enumerable.Range(0, count).Select(i => new TokenizedExample([1, i], [-100, i]))];
}
