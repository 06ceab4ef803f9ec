using Pipeline.Models.Training;

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
        var schedule = new LearningRateSchedule(new TrainingArguments { LrSchedulerType = type, LearningRate = 1, WarmupSteps = 2 }, 10);
        int[] steps = [0, 1, 2, 9];
        steps.Select(schedule.At).ShouldBe(expected, 1e-12);
    }

    [Fact]
    public void The_warm_up_ratio_is_rounded_up_and_yields_to_steps()
    {
        new LearningRateSchedule(new TrainingArguments { LearningRate = 1, WarmupRatio = 0.15 }, 10).At(1).ShouldBe(0.5);
        new LearningRateSchedule(new TrainingArguments { LearningRate = 1, WarmupRatio = 0.15, WarmupSteps = 4 }, 10).At(1).ShouldBe(0.25);
    }
}
