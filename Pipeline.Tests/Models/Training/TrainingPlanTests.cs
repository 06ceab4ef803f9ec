using Pipeline.Models.Datasets;
using Pipeline.Models.Runtime;
using Pipeline.Models.Training.Configuration;
using Pipeline.Models.Training.Loop;

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
        TrainingArguments arguments = new() { TrainBatchSize = 2, NumTrainEpochs = 5 };
        TrainingPlan whole = Plan(11, arguments);
        for (int step = 0; step < whole.TotalSteps; step++)
            Plan(11, arguments).BatchesOf(step).SelectMany(b => b.Rows).ShouldBe(whole.BatchesOf(step).SelectMany(b => b.Rows));
        new TrainingPlan(arguments, Examples(11), new RandomState(1)).BatchesOf(0)[0].Rows.ShouldNotBe(whole.BatchesOf(0)[0].Rows);
    }

    [Fact]
    public void A_last_batch_that_is_not_full_is_left_out_on_request()
    {
        TrainingArguments arguments = new() { TrainBatchSize = 4, DataloaderDropLast = true };
        TrainingPlan plan = Plan(11, arguments);
        (plan.BatchesPerEpoch, plan.StepsPerEpoch).ShouldBe((2, 2));
        Enumerable.Range(0, 2).SelectMany(plan.BatchesOf).ShouldAllBe(batch => batch.Rows.Count == 4);
        Plan(3, arguments).BatchesPerEpoch.ShouldBe(1, "of fewer examples than a batch something must be trained");
    }

    [Fact]
    public void A_seed_of_the_data_changes_their_order_alone()
    {
        TrainingArguments arguments = new() { TrainBatchSize = 2, Seed = 1 };
        int[] Order(TrainingArguments a) => [.. Plan(11, a).BatchesOf(0)[0].Rows];
        Order(arguments with { DataSeed = 2 }).ShouldBe(Order(arguments with { Seed = 2 }));
        Order(arguments with { DataSeed = 1, Seed = 5 }).ShouldBe(Order(arguments));
    }

    [Fact]
    public void Steps_below_one_are_shares_of_all()
    {
        TrainingPlan plan = Plan(10, new TrainingArguments
        {
            TrainBatchSize = 1,
            NumTrainEpochs = 1,
            LoggingSteps = 0.2,
            SaveSteps = 0.5,
            EvalSteps = 0.25,
        });
        (plan.TotalSteps, plan.LogEvery, plan.SaveEvery, plan.EvalEvery).ShouldBe((10, 2, 5, 3));
        Enumerable.Range(1, 10).Where(plan.SavesAfter).ShouldBe([5, 10]);
    }

    [Fact]
    public void Grouped_by_length_the_examples_of_a_step_are_alike_and_the_longest_comes_first()
    {
        Random random = new(4);
        TokenizedExample[] examples = [.. Enumerable.Range(0, 200).Select(_ => Example(random.Next(3, 200)))];
        TrainingArguments arguments = new() { TrainBatchSize = 2, GradientAccumulationSteps = 2 };
        TrainingPlan mixed = new(arguments, examples, new RandomState(1)),
            grouped = new(arguments with { GroupByLength = true }, examples, new RandomState(1));

        Steps(grouped).SelectMany(rows => rows).Order().ShouldBe(Enumerable.Range(0, 200));
        Steps(grouped).Average(Spread).ShouldBeLessThan(Steps(mixed).Average(Spread) / 3);
        examples[Steps(grouped)[0][0]].InputIds.Length.ShouldBe(examples.Max(e => e.InputIds.Length));
        Steps(grouped, epoch: 1).ShouldNotBe(Steps(grouped), "each epoch has an order of its own");
        Steps(new TrainingPlan(arguments with { GroupByLength = true }, examples, new RandomState(1))).ShouldBe(Steps(grouped));

        int[][] Steps(TrainingPlan plan, int epoch = 0) => [.. Enumerable.Range(epoch * plan.StepsPerEpoch, plan.StepsPerEpoch)
            .Select(step => plan.BatchesOf(step).SelectMany(b => b.Rows).ToArray())];
        double Spread(int[] rows) => rows.Max(row => examples[row].InputIds.Length) - rows.Min(row => examples[row].InputIds.Length);
    }

    [Fact]
    public void Unshuffled_examples_come_in_the_order_of_the_file()
    {
        TrainingPlan plan = Plan(5, new TrainingArguments { TrainBatchSize = 2, DisableShuffling = true });
        Enumerable.Range(0, 6).SelectMany(plan.BatchesOf).SelectMany(b => b.Rows).ShouldBe([0, 1, 2, 3, 4, 0, 1, 2, 3, 4]);
        TrainingPlan newer = Plan(5, new TrainingArguments { TrainBatchSize = 2, TrainSamplingStrategy = "sequential" });
        newer.BatchesOf(0)[0].Rows.ShouldBe([0, 1]);
    }

    [Fact]
    public void Logs_and_checkpoints_are_due_as_the_keys_say()
    {
        TrainingArguments arguments = new() { TrainBatchSize = 1, NumTrainEpochs = 2, LoggingSteps = 3, SaveSteps = 4 };
        Due(arguments, plan => plan.LogsAfter).ShouldBe([3, 6, 9, 10]);
        Due(arguments with { LoggingFirstStep = true }, plan => plan.LogsAfter).ShouldBe([1, 3, 6, 9, 10]);
        Due(arguments with { LoggingStrategy = "epoch" }, plan => plan.LogsAfter).ShouldBe([5, 10]);
        Due(arguments with { LoggingStrategy = "no" }, plan => plan.LogsAfter).ShouldBeEmpty();
        Due(arguments, plan => plan.SavesAfter).ShouldBe([4, 8, 10]);
        Due(arguments with { SaveStrategy = "epoch" }, plan => plan.SavesAfter).ShouldBe([5, 10]);
        Due(arguments with { SaveStrategy = "best" }, plan => plan.SavesAfter).ShouldBeEmpty();
        Due(arguments, plan => plan.EvaluatesAfter).ShouldBeEmpty();
        Due(arguments with { EvalSteps = 4 }, plan => plan.EvaluatesAfter).ShouldBe([4, 8]);
        Due(arguments with { EvalStrategy = "steps" }, plan => plan.EvaluatesAfter).ShouldBe([3, 6, 9], "logging_steps");

        static int[] Due(TrainingArguments arguments, Func<TrainingPlan, Func<int, bool>> rule) =>
            [.. Enumerable.Range(1, 10).Where(rule(Plan(5, arguments)))];
    }

    [Theory]
    [InlineData(0.5, -1, 6)]
    [InlineData(0.01, -1, 1)]
    [InlineData(3, 7, 7)]
    public void Fractions_of_epochs_and_fixed_steps_are_followed(double epochs, int maxSteps, int expected) =>
        Plan(12, new TrainingArguments { TrainBatchSize = 1, NumTrainEpochs = epochs, MaxSteps = maxSteps }).TotalSteps.ShouldBe(expected);

    private static TrainingPlan Plan(int examples, TrainingArguments arguments) =>
        new(arguments, Examples(examples), new RandomState(arguments.Seed));

    private static TokenizedExample Example(int length) => new(new int[length], new int[length]);

    private static TokenizedExample[] Examples(int count) =>
        [.. Enumerable.Range(0, count).Select(i => new TokenizedExample([1, i], [-100, i]))];
}
