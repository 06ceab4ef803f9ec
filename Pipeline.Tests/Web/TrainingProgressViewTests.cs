using Pipeline.Models.Training;
using Pipeline.Web.Commands.Training;

namespace Pipeline.Tests.Web;

public sealed class TrainingProgressViewTests
{
    private readonly StringWriter _output = new(), _error = new();
    private readonly ManualTime _time = new();

    [Theory]
    [InlineData(120, "[######..................] 60/240  epoch 5.33  loss 0.8123  lr 5e-4  grad 0.62  1234 tokens/s  1:02:03 left")]
    [InlineData(82, "60/240  epoch 5.33  loss 0.8123  lr 5e-4  grad 0.62  1234 tokens/s  1:02:03 left")]
    [InlineData(79, "[#......] 60/240  epoch 5.33  loss 0.8123  lr 5e-4  1234 tokens/s  1:02:03 left")]
    [InlineData(60, "60/240  epoch 5.33  loss 0.8123  1234 tokens/s  1:02:03 left")]
    [InlineData(50, "60/240  loss 0.8123  1234 tokens/s  1:02:03 left")]
    [InlineData(40, "60/240  loss 0.8123  1:02:03 left")]
    [InlineData(25, "60/240  loss 0.8123")]
    [InlineData(10, "60/240")]
    [InlineData(4, "60/2")]
    public void A_narrow_terminal_gets_what_matters_most(int width, string line) =>
        TrainingProgressLine.Fit(Progress(60), width).ShouldBe(line);

    [Fact]
    public void On_a_terminal_the_line_is_redrawn_and_messages_go_above_it()
    {
        using (TrainingProgressView view = new(_output, _error, () => 60, _time))
        {
            view.OnStep(Progress(1));
            view.OnStep(Progress(2)); // too soon to be seen
            _time.Pass(TimeSpan.FromSeconds(1));
            view.OnStep(Progress(3));
            view.OnCheckpoint(3, "out/checkpoint-3");
        }
        string[] shown = Screen(_output.ToString());
        shown.Length.ShouldBe(2);
        shown[0].ShouldBe("step 3: checkpoint out/checkpoint-3");
        shown[1].ShouldContain("3/240");
        _output.ToString().ShouldNotContain(" 2/240");
    }

    [Fact]
    public void Without_a_terminal_there_is_a_line_now_and_then_and_at_the_end()
    {
        using (TrainingProgressView view = new(_output, _error, null, _time))
            for (int step = 1; step <= 240; step++)
            {
                view.OnStep(Progress(step));
                _time.Pass(TimeSpan.FromSeconds(0.1));
            }
        string[] lines = _output.ToString().TrimEnd().Split('\n');
        lines.Length.ShouldBe(6); // the first, one every 5 of 24 seconds, and the last
        lines[0].ShouldStartWith("1/240  ");
        lines[^1].ShouldStartWith("240/240  ");
        _output.ToString().ShouldNotContain("\r1");
    }

    [Fact]
    public void Warnings_go_to_the_error_stream()
    {
        using (TrainingProgressView view = new(_output, _error, null, _time))
            view.OnWarning("something");
        _error.ToString().TrimEnd().ShouldBe("warning: something");
    }

    private static TrainingProgress Progress(int step) =>
        new(step, 240, 5.333, 0.81234, 5e-4, 0.6186, 1234, TimeSpan.Zero, new TimeSpan(1, 2, 3));

    // What a terminal shows: a carriage return goes back to the start of the line.
    private static string[] Screen(string output) => [.. output.TrimEnd('\n').Split('\n').Select(line =>
    {
        List<char> columns = new();
        foreach (string text in line.Split('\r'))
            for (int i = 0; i < text.Length; i++)
                if (i < columns.Count) columns[i] = text[i];
                else columns.Add(text[i]);
        return new string([.. columns]).TrimEnd();
    })];

    private sealed class ManualTime : TimeProvider
    {
        private long _ticks;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _ticks;

        public void Pass(TimeSpan time) => _ticks += time.Ticks;
    }
}
