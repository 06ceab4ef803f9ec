using Pipeline.Jobs.Runs.Observation;
using Pipeline.Web.Runs;

namespace Pipeline.Tests.Web;

public sealed class TrainingNowTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Nothing_is_said_before_the_first_step() =>
        TrainingNow.Describe(new Dictionary<string, IReadOnlyList<MetricPoint>> { ["total_steps"] = [new(0, 0, 240, Start)] })
        .ShouldBeNull();

    [Fact]
    public void Step_loss_speed_and_time_left_are_told_and_a_pause_between_attempts_does_not_count()
    {
        // Two seconds a step, an hour's pause after the tenth.
        MetricPoint[] loss = [.. Enumerable.Range(1, 15)
            .Select(step => new MetricPoint(step, 0, 2.0 / step, Start.AddSeconds(2 * step + (step > 10 ? 3600 : 0))))];
        TrainingNow.Describe(new Dictionary<string, IReadOnlyList<MetricPoint>>
        {
            ["loss"] = loss,
            ["total_steps"] = [new(0, 0, 240, Start)],
            ["tokens_per_second"] = [.. loss.Select(p => p with { Value = 1234.4 })],
        }).ShouldBe("step 15/240, loss 0.133, 1234 tokens/s, 7:30 left");
        TrainingNow.Describe(new Dictionary<string, IReadOnlyList<MetricPoint>> { ["loss"] = loss[..1] }).ShouldBe("step 1, loss 2.000");
    }
}
