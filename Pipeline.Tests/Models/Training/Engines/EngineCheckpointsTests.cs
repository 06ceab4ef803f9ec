using Pipeline.Models.Lora;
using Pipeline.Models.Training.Engines;

namespace Pipeline.Tests.Models.Training.Engines;

public sealed class EngineCheckpointsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly List<string> _warnings = [];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_newest_sound_checkpoint_is_found_and_damaged_ones_are_told()
    {
        EngineCheckpoints.FindNewest(_folder.Path, _warnings.Add).ShouldBeNull();
        Write(5);
        Write(20);
        Write(100);
        Newest().ShouldBe(100);
        EngineCheckpoints.Steps(_folder.Path).ShouldBe([5, 20, 100]);
        using (FileStream weights = new(_folder.File("checkpoint-100/adapter_model.safetensors"),
            FileMode.Open)) weights.SetLength(weights.Length / 2);
        Newest().ShouldBe(20);
        _warnings.ShouldHaveSingleItem().ShouldContain("checkpoint-100: it cannot be read (");
    }

    [Theory]
    [InlineData("trainer_state.json", null, "it has no trainer_state.json, so it was not written to its end")]
    [InlineData("trainer_state.json", "{\"global_step\": 9", "its trainer_state.json is not that of step 9")]
    [InlineData("trainer_state.json", "{\"global_step\": 8}", "its trainer_state.json is not that of step 9")]
    [InlineData("adapter_model.safetensors", null, "it has no adapter_model.safetensors")]
    [InlineData("optimizer.pt", "", "optimizer.pt is empty")]
    public void What_a_kill_leaves_half_written_is_passed_over(string file, string? content, string damage)
    {
        Write(3);
        Write(9);
        string path = _folder.File($"checkpoint-9/{file}");
        if (content is null) File.Delete(path);
        else File.WriteAllText(path, content);
        Newest().ShouldBe(3);
        _warnings.ShouldHaveSingleItem().ShouldBe($"{_folder.File("checkpoint-9")}: {damage}; an older checkpoint is used");
    }

    private int? Newest() => EngineCheckpoints.FindNewest(_folder.Path, _warnings.Add)?.Step;

    private void Write(int step)
    {
        string folder = Directory.CreateDirectory(_folder.File($"checkpoint-{step}")).FullName;
        File.Copy(Path.Combine(GoldenFiles.Root, "lora-phi4-tiny", "final", AdapterFolder.WeightsFile),
            Path.Combine(folder, AdapterFolder.WeightsFile));
        File.WriteAllText(Path.Combine(folder, "optimizer.pt"), "moments");
        File.WriteAllText(Path.Combine(folder, "trainer_state.json"), $$"""{"best_metric": NaN, "global_step": {{step}}}""");
    }
}
