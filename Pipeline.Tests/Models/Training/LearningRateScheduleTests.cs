using Pipeline.Models.Training.Configuration;
using Pipeline.Models.Training.Optimization;

namespace Pipeline.Tests.Models.Training;

public sealed class LearningRateScheduleTests
{
    // Values of transformers' get_scheduler with a peak of 1, 10 steps, 2 of them warm-up.
    [Theory]
    [InlineData("constant", new[] { 1.0, 1, 1, 1 })]
    [InlineData("constant_with_warmup", new[] { 0.0, 0.5, 1, 1 })]
    [InlineData("linear", new[] { 0.0, 0.5, 1, 0.125 })]
    [InlineData("cosine", new[] { 0.0, 0.5, 1, 0.03806023374435663 })]
    public void Rates_are_those_of_transformers(string type, double[] expected)
    {
        LearningRateSchedule schedule = new(new TrainingArguments { LrSchedulerType = type, LearningRate = 1, WarmupSteps = 2 }, 10);
        int[] steps = [0, 1, 2, 9];
        steps.Select(schedule.At).ShouldBe(expected, 1e-12);
    }

    // Values of the formulas of transformers' optimization.py with the same peak and steps, evaluated apart from this code.
    [Theory]
    [InlineData("cosine", "num_cycles=1", new[] { 0.0, 0.5, 1, 0.14644660940672616, 0.8535533905932737 })]
    [InlineData("cosine_with_restarts", "", new[] { 0.0, 0.5, 1, 0.30865828381745514, 0.03806023374435663 })]
    [InlineData("cosine_with_restarts", "num_cycles=2", new[] { 0.0, 0.5, 1, 0.8535533905932737, 0.14644660940672627 })]
    [InlineData("cosine_with_min_lr", "min_lr=0.1", new[] { 0.0, 0.5, 1, 0.3777924554357096, 0.13425421036992097 })]
    [InlineData("cosine_with_min_lr", "min_lr_rate=0.1", new[] { 0.0, 0.5, 1, 0.3777924554357096, 0.13425421036992097 })]
    [InlineData("cosine_warmup_with_min_lr", "min_lr=0.1", new[] { 0.5, 1, 0.9657457896300791, 0.23180194846605365, 0.1 })]
    [InlineData("cosine_warmup_with_min_lr", "min_lr=0.1 warmup_lr_rate=0.2",
        new[] { 0.2, 1, 0.9657457896300791, 0.23180194846605365, 0.1 })]
    [InlineData("polynomial", "", new[] { 0.0, 0.5, 1, 0.3750000625, 0.1250000875 })]
    [InlineData("polynomial", "lr_end=0.1 power=2", new[] { 0.0, 0.5, 1, 0.2265625, 0.1140625 })]
    [InlineData("inverse_sqrt", "", new[] { 0.0, 0.5, 1, 0.5345224838248488, 0.47140452079103173 })]
    [InlineData("warmup_stable_decay", "num_decay_steps=4", new[] { 0.0, 0.5, 1, 0.8535533905932737, 0.14644660940672627 })]
    [InlineData("warmup_stable_decay", "num_decay_steps=3 num_stable_steps=4 warmup_type=cosine decay_type=1-sqrt min_lr_ratio=0.1",
        new[] { 0.1, 0.55, 1, 0.48038475772933686, 0.1 })]
    [InlineData("warmup_stable_decay", "num_decay_steps=6 warmup_type=1-sqrt decay_type=linear min_lr_ratio=0.2",
        new[] { 0.2, 0.434314575050762, 1, 0.6, 0.3333333333333333 })]
    public void The_settings_of_a_schedule_are_followed(string type, string settings, double[] expected)
    {
        TrainingArguments arguments = Arguments(type, settings);
        LearningRateSchedule.Faults(arguments).ShouldBeEmpty();
        LearningRateSchedule schedule = new(arguments, 10);
        int[] steps = [0, 1, 2, 7, 9];
        steps.Select(schedule.At).ShouldBe(expected, 1e-12);
    }

    [Theory]
    [InlineData("linear", "num_cycles=2", "linear takes no 'num_cycles'; it takes nothing")]
    [InlineData("polynomial", "end=2", "polynomial takes no 'end'; it takes lr_end, power")]
    [InlineData("polynomial", "lr_end=2", "lr_end must be less than learning_rate")]
    [InlineData("cosine", "num_cycles=two", "num_cycles: 'two' is not a number from 0")]
    [InlineData("cosine_with_min_lr", "", "cosine_with_min_lr needs min_lr or min_lr_rate, and not both")]
    [InlineData("cosine_with_min_lr", "min_lr=0.1 min_lr_rate=0.1", "needs min_lr or min_lr_rate, and not both")]
    [InlineData("cosine_with_min_lr", "min_lr=3", "min_lr must not be more than learning_rate")]
    [InlineData("warmup_stable_decay", "", "warmup_stable_decay needs num_decay_steps")]
    [InlineData("warmup_stable_decay", "num_decay_steps=1 decay_type=steep",
        "decay_type: 'steep' is not computed; use linear or cosine or 1-sqrt")]
    public void Wrong_settings_of_a_schedule_are_named(string type, string settings, string expected) =>
        LearningRateSchedule.Faults(Arguments(type, settings))
        .ShouldContain(fault => fault.Setting == "lr_scheduler_kwargs" && fault.Problem.Contains(expected));

    [Fact]
    public void The_warm_up_ratio_is_rounded_up_and_yields_to_steps()
    {
        new LearningRateSchedule(new TrainingArguments { LearningRate = 1, WarmupRatio = 0.15 }, 10).At(1).ShouldBe(0.5);
        new LearningRateSchedule(new TrainingArguments { LearningRate = 1, WarmupRatio = 0.15, WarmupSteps = 4 }, 10).At(1).ShouldBe(0.25);
    }

    private static TrainingArguments Arguments(string type, string settings) => new()
    {
        LrSchedulerType = type,
        LearningRate = 1,
        WarmupSteps = 2,
        LrSchedulerKwargs = settings.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(s => s.Split('='))
        .ToDictionary(p => p[0], p => p[1]),
    };
}
