namespace Pipeline.Tests.EndToEnd;

/// <summary>Apart from the other accidents because it takes as long as they do together: tests of a class wait for each other.</summary>
public sealed class KilledStagesTests
{
    [Fact]
    public Task A_run_whose_worker_is_killed_in_each_stage_and_whose_database_stops_ends_as_an_undisturbed_one() =>
        ChaosTests.SurviveAsync("KillInEachStage, StopDatabase");
}
