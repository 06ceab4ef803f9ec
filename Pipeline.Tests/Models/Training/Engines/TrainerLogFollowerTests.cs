using Pipeline.Models.Training.Engines;

namespace Pipeline.Tests.Models.Training.Engines;

public sealed class TrainerLogFollowerTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly TrainerLogFollower _follower;

    public TrainerLogFollowerTests() => _follower = new TrainerLogFollower(_folder.Path);

    public void Dispose() => _folder.Dispose();

    private string Log => _folder.File("trainer_log.jsonl");

    [Fact]
    public void Lines_are_read_once_and_only_when_they_are_whole()
    {
        _follower.Read().ShouldBeEmpty("there is no file yet");
        Append(
            """
            {"current_steps": 1, "total_steps": 9, "loss": 2.5, "lr": 1e-05, "epoch": 0.5, "percentage": 11.11, "elapsed_time": "0:00:01"}
            {"current_steps": 2, "to
            """);
        _follower.Read().ShouldBe([new TrainerLogEntry(1, 9, 0.5, 2.5, null, 1e-5, null, Diverged: false)]);
        _follower.Read().ShouldBeEmpty();
        Append("tal_steps\": 9, \"eval_loss\": 1.25, \"throughput\": 312.5, \"something_new\": {\"a\": [1]}}");
        _follower.Read().ShouldBeEmpty("its end is not there");
        Append("\n");
        _follower.Read().ShouldBe([new TrainerLogEntry(2, 9, null, null, 1.25, null, 312.5, Diverged: false)]);
    }

    [Fact]
    public void A_log_that_is_cut_short_or_replaced_is_read_from_its_beginning()
    {
        for (int step = 1; step <= 4; step++) Append(Line(step, "old"));
        Steps().ShouldBe([1, 2, 3, 4]);
        File.WriteAllText(Log, Line(1, "cut"));
        Steps().ShouldBe([1]);
        // Replaced by one that is longer than what was read: only its content tells.
        File.WriteAllText(_folder.File("new"), string.Concat(Enumerable.Range(1, 6).Select(step => Line(step, "new"))));
        File.Move(_folder.File("new"), Log, overwrite: true);
        Steps().ShouldBe([1, 2, 3, 4, 5, 6]);
        File.Delete(Log);
        Steps().ShouldBeEmpty();
        Append(Line(1, "again"));
        Steps().ShouldBe([1]);
    }

    [Fact]
    public void Losses_that_are_no_numbers_are_left_out_and_told()
    {
        Append("""{"current_steps": 3, "total_steps": 9, "loss": NaN, "lr": 0.1, "epoch": "NaN"}""" + "\n"
            + """{"current_steps": 4, "loss": -Infinity, "note": "NaN \" Infinity"}""" + "\n");
        IReadOnlyList<TrainerLogEntry> entries = _follower.Read();
        entries.Select(e => (e.Step, e.Loss, e.Diverged)).ShouldBe([(3, null, true), (4, null, true)]);
        entries[0].LearningRate.ShouldBe(0.1);
        _follower.BadLines.ShouldBe(0);
    }

    [Fact]
    public void Lines_that_are_no_entries_are_counted_and_passed_over()
    {
        Append("Traceback (most recent call last):\n[1]\n{\"loss\": 1.0}\n{\"current_steps\": -1}\n{\"current_steps\": 1e300}\n\n"
            + Line(7, ""));
        Steps().ShouldBe([7]);
        _follower.BadLines.ShouldBe(5);
        Append(new string('x', 5 << 20));
        Steps().ShouldBeEmpty();
        Append("\n" + Line(8, ""));
        Steps().ShouldBe([8], "megabytes without an end do not stop the reading");
    }

    private int[] Steps() => [.. _follower.Read().Select(e => e.Step)];

    private void Append(string text) => File.AppendAllText(Log, text);

    private static string Line(int step, string note) =>
        $$"""{"note": "{{note}}", "current_steps": {{step}}, "total_steps": 9, "loss": 1.0}""" + "\n";
}
