using Pipeline.Models.Training;

namespace Pipeline.Tests.Models.Training;

public sealed class CheckpointStoreTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly List<string> _warnings = [];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_newest_sound_checkpoint_is_found()
    {
        CheckpointStore store = Store();
        Save(store, 9);
        Save(store, 10);
        store.FindNewest().ShouldBe(store.FolderOf(10));
        _warnings.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("state.txt", "state.txt is damaged")]
    [InlineData("manifest.json", "its manifest is damaged")]
    public void A_damaged_checkpoint_is_passed_over_with_a_warning(string file, string why)
    {
        CheckpointStore store = Store();
        Save(store, 1);
        Save(store, 2);
        File.WriteAllText(Path.Combine(store.FolderOf(2), file), "x");
        store.FindNewest().ShouldBe(store.FolderOf(1));
        _warnings.ShouldHaveSingleItem().ShouldContain(why);
    }

    [Fact]
    public void A_checkpoint_without_manifest_or_with_a_file_gone_is_not_used()
    {
        CheckpointStore store = Store();
        Save(store, 1);
        Directory.CreateDirectory(store.FolderOf(5));
        Save(store, 7);
        File.Delete(Path.Combine(store.FolderOf(7), "state.txt"));
        store.FindNewest().ShouldBe(store.FolderOf(1));
        _warnings.Count.ShouldBe(2);
    }

    [Fact]
    public void A_failure_while_writing_leaves_the_earlier_ones_and_nothing_else()
    {
        CheckpointStore store = Store(limit: 1);
        Save(store, 1);
        Should.Throw<IOException>(() => store.Save(2, folder =>
        {
            File.WriteAllText(Path.Combine(folder, "half.txt"), "half");
            throw new IOException("no space left on device");
        }));
        store.FindNewest().ShouldBe(store.FolderOf(1));
        Directory.EnumerateFileSystemEntries(_folder.Path).ShouldHaveSingleItem();
    }

    [Fact]
    public void Only_as_many_as_the_limit_stay()
    {
        CheckpointStore store = Store(limit: 2);
        foreach (int step in (int[])[2, 4, 6, 8, 10])
            Save(store, step);
        store.Steps.ShouldBe([10, 8]);
    }

    [Fact]
    public void What_a_kill_left_half_written_is_no_checkpoint_and_is_removed()
    {
        Directory.CreateDirectory(_folder.File(".checkpoint-1234"));
        CheckpointStore store = Store();
        store.FindNewest().ShouldBeNull();
        store.ClearLeftovers();
        Directory.EnumerateFileSystemEntries(_folder.Path).ShouldBeEmpty();
    }

    private CheckpointStore Store(int? limit = null) => new(_folder.Path, limit, _warnings.Add);

    private static void Save(CheckpointStore store, int step) => store.Save(step, folder => File.WriteAllText(Path.Combine(folder, "state.txt"), $"{step}"));
}
