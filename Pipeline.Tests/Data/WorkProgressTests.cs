using System.Diagnostics;
using Pipeline.Data.Claims;

namespace Pipeline.Tests.Data;

public sealed class WorkProgressTests
{
    [Fact]
    public void The_end_is_estimated_from_the_pace_since_the_first_report_and_not_from_what_an_earlier_attempt_did()
    {
        WorkProgress progress = new();
        progress.Now.ShouldBe((null, null, null));
        progress.Report(180, 240, 0);                               // resumed from a checkpoint
        progress.Now.ShouldBe((180, 240, null));
        progress.Report(190, 240, 20 * Stopwatch.Frequency);        // 2 s per step
        progress.Now.ShouldBe((190, 240, TimeSpan.FromSeconds(100)));
        progress.Report(240, 240, 120 * Stopwatch.Frequency);
        progress.Now.Left.ShouldBe(TimeSpan.Zero);
        progress.Version.ShouldBe(3);
    }
}
