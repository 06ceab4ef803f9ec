using Pipeline.Models.Datasets;
using Pipeline.Models.Runtime;
using Pipeline.Models.Training.Configuration;
using Pipeline.Models.Training.Loop;

namespace Pipeline.Tests.Models.Training;

/// <summary>Which general examples a step holds.</summary>
public sealed class RetentionScheduleTests
{
    private static readonly TokenizedExample[] Taught = TinyTraining.Examples(30), General = TinyTraining.Examples(9, seed: 5);
    private static readonly TrainingArguments Arguments = new()
    {
        Retention = "kl",
        RetentionShare = 0.5,
        TrainBatchSize = 2,
        GradientAccumulationSteps = 2,
    };

    [Fact]
    public void After_every_step_the_share_of_the_epoch_so_far_is_met_and_passed_by_less_than_an_example()
    {
        TrainingPlan plan = Plan(Arguments);
        for (int epoch = 0; epoch < 3; epoch++)
        {
            int taught = 0, retained = 0;
            for (int step = 0; step < plan.StepsPerEpoch; step++)
            {
                taught += plan.BatchesOf(epoch * plan.StepsPerEpoch + step).Sum(b => b.Examples.Sum(e => e.InputIds.Length));
                retained += Retained(plan, epoch * plan.StepsPerEpoch + step).Sum(e => e.InputIds.Length);
                retained.ShouldBeInRange((int)Math.Ceiling(0.5 * taught), (int)(0.5 * taught) + General.Max(e => e.InputIds.Length));
            }
        }
    }

    [Fact]
    public void Each_epoch_goes_through_all_of_them_in_an_order_of_its_own_before_one_comes_again()
    {
        TrainingPlan plan = Plan(Arguments);
        int[][] orders = [.. Enumerable.Range(0, 2).Select(epoch => Order(plan, epoch))];
        foreach (int[] order in orders)
            order.Take(General.Length).Order().ShouldBe(Enumerable.Range(0, General.Length));
        orders[0].Length.ShouldBeGreaterThan(General.Length);
        orders[0].Take(General.Length).ShouldNotBe(orders[1].Take(General.Length));
        orders[0].Skip(General.Length).Take(5).ShouldNotBe(orders[0].Take(5), "each time through them too");
    }

    [Fact]
    public void Their_order_depends_on_the_seed_alone_and_that_of_the_taught_examples_not_on_them()
    {
        int[] order = Order(Plan(Arguments), 0);
        TrainingArguments[] others = [Arguments with { TrainBatchSize = 1 }, Arguments with { GradientAccumulationSteps = 5 },
            Arguments with { RetentionWeight = 3 }, Arguments with { RetentionShare = 0.3 }, Arguments with { Retention = "replay" },
            Arguments with { LearningRate = 1, NumTrainEpochs = 9, LoraRank = 2, DisableShuffling = true }];
        foreach (TrainingArguments other in others)
        {
            int[] its = Order(Plan(other), 0);
            int common = Math.Min(its.Length, order.Length);
            its.Take(common).ShouldBe(order.Take(common));
        }
        Order(Plan(Arguments, seed: 7), 0).ShouldNotBe(order);
        Rows(Plan(Arguments)).ShouldBe(Rows(new TrainingPlan(Arguments with { Retention = "none", RetentionShare = null }, Taught,
            new RandomState(42))));

        static IEnumerable<int> Rows(TrainingPlan plan) => Enumerable.Range(0, 20).SelectMany(plan.BatchesOf).SelectMany(b => b.Rows);
    }

    [Fact]
    public void A_step_taken_alone_holds_what_it_holds_in_the_whole()
    {
        TrainingPlan whole = Plan(Arguments);
        for (int step = 0; step < 20; step++)
            Retained(Plan(Arguments), step).ShouldBe(Retained(whole, step));
    }

    [Fact]
    public void Replayed_examples_are_learned_like_any_other()
    {
        MicroBatch[] batches = [.. Plan(Arguments with { Retention = "replay" }).BatchesOf(0)];
        batches.ShouldAllBe(batch => batch.Retained.Count == 0);
        batches.Where(batch => batch.Rows.Count == 0).SelectMany(batch => batch.Examples).ShouldNotBeEmpty();
        batches.Where(batch => batch.Rows.Count == 0).SelectMany(batch => batch.Examples).ShouldAllBe(e => General.Contains(e));
    }

    [Fact]
    public void Joined_micro_batches_keep_what_is_learned_and_what_is_retained_apart()
    {
        IReadOnlyList<MicroBatch> given = Plan(Arguments).BatchesOf(0);
        MicroBatch joined = TrainingStep.Join(given).ShouldHaveSingleItem();
        joined.Examples.ShouldBe(given.SelectMany(b => b.Examples));
        joined.Retained.ShouldBe(given.SelectMany(b => b.Retained));
    }

    private static int[] Order(TrainingPlan plan, int epoch) => [.. Enumerable.Range(epoch * plan.StepsPerEpoch, plan.StepsPerEpoch)
        .SelectMany(step => Retained(plan, step)).Select(example => Array.IndexOf(General, example))];

    private static IEnumerable<TokenizedExample> Retained(TrainingPlan plan, int step) => plan.BatchesOf(step)
        .Where(batch => batch.Rows.Count == 0).SelectMany(batch => batch.Retained.Concat(batch.Examples));

    private static TrainingPlan Plan(TrainingArguments arguments, int seed = 42) => new(arguments, Taught, new RandomState(seed), General);
}
