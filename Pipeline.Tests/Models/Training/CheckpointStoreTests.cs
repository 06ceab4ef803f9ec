using Pipeline.Models.Training.Checkpoints;

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
    [InlineData("flipped byte", "tensors.bin is damaged (its hash is not the manifest's)")]
    [InlineData("truncated file", "tensors.bin is damaged (its hash is not the manifest's)")]
    [InlineData("file swapped for a folder", "tensors.bin is missing")]
    [InlineData("missing file", "state.txt is missing")]
    [InlineData("manifest of another", "is damaged (its hash is not the manifest's)")]
    [InlineData("flipped byte in the manifest", "")]
    [InlineData("truncated manifest", "its manifest is damaged")]
    [InlineData("empty manifest", "its manifest is damaged")]
    [InlineData("manifest that names nothing", "its manifest names no file")]
    [InlineData("no manifest", "it has no manifest, so it was not written to its end")]
    [InlineData("empty folder", "it has no manifest, so it was not written to its end")]
    public void A_damaged_checkpoint_is_passed_over_with_a_warning(string damage, string why)
    {
        CheckpointStore store = Store();
        Save(store, 1);
        Save(store, 2);
        string tensors = Path.Combine(store.FolderOf(2), "tensors.bin"), manifest = Path.Combine(store.FolderOf(2), "manifest.json");
        switch (damage)
        {
            case "flipped byte": Flip(tensors, 500); break;
            case "truncated file": Truncate(tensors); break;
            case "file swapped for a folder": File.Delete(tensors); Directory.CreateDirectory(tensors); break;
            case "missing file": File.Delete(Path.Combine(store.FolderOf(2), "state.txt")); break;
            case "manifest of another": File.Copy(Path.Combine(store.FolderOf(1), "manifest.json"), manifest, overwrite: true); break;
            case "flipped byte in the manifest": Flip(manifest, new FileInfo(manifest).Length / 2); break;
            case "truncated manifest": Truncate(manifest); break;
            case "empty manifest": File.WriteAllText(manifest, ""); break;
            case "manifest that names nothing": File.WriteAllText(manifest, "{}"); break;
            case "no manifest": File.Delete(manifest); break;
            default: Directory.Delete(store.FolderOf(2), recursive: true); Directory.CreateDirectory(store.FolderOf(2)); break;
        }
        store.FindNewest().ShouldBe(store.FolderOf(1));
        string warning = _warnings.ShouldHaveSingleItem();
        warning.ShouldStartWith(store.FolderOf(2) + ": ");
        warning.ShouldContain(why);
        warning.ShouldEndWith("; an older checkpoint is used");
    }

    [Fact]
    public void A_checkpoint_of_the_same_step_is_there_until_the_new_one_is_in_place()
    {
        CheckpointStore store = Store();
        Save(store, 3);
        // A kill between the two renames: the old one stands aside, the new one is not in place yet.
        Directory.Move(store.FolderOf(3), _folder.File(".replaced-checkpoint-3"));
        Directory.CreateDirectory(_folder.File(".checkpoint-0123"));
        CheckpointStore next = Store();
        next.Recover();
        next.FindNewest().ShouldBe(store.FolderOf(3));
        Directory.EnumerateFileSystemEntries(_folder.Path).ShouldHaveSingleItem();

        // A kill after them: the new one counts.
        Directory.CreateDirectory(_folder.File(".replaced-checkpoint-3"));
        next.Recover();
        next.FindNewest().ShouldBe(store.FolderOf(3));
        Directory.EnumerateFileSystemEntries(_folder.Path).ShouldHaveSingleItem();
    }

    [Fact]
    public void A_checkpoint_replaces_a_damaged_one_of_its_step()
    {
        CheckpointStore store = Store();
        Save(store, 4);
        Truncate(Path.Combine(store.FolderOf(4), "tensors.bin"));
        Save(store, 4);
        store.FindNewest().ShouldBe(store.FolderOf(4));
        Directory.EnumerateFileSystemEntries(_folder.Path).ShouldHaveSingleItem();
    }

    [Fact]
    public void A_damaged_checkpoint_of_a_later_step_goes_before_a_sound_one()
    {
        CheckpointStore store = Store(limit: 2);
        Save(store, 3);
        Directory.CreateDirectory(store.FolderOf(6));
        Save(store, 4);
        store.Steps.ShouldBe([4, 3]);
        Save(store, 5, kept: 3);
        store.Steps.ShouldBe([5, 3]);
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
    public void The_best_one_stays_and_counts_in_the_limit()
    {
        CheckpointStore store = Store(limit: 3);
        foreach (int step in (int[])[2, 4, 6, 8, 10])
            Save(store, step, kept: 4);
        store.Steps.ShouldBe([10, 8, 4]);
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
        store.Recover();
        Directory.EnumerateFileSystemEntries(_folder.Path).ShouldBeEmpty();
    }

    private CheckpointStore Store(int? limit = null) => new(_folder.Path, limit, _warnings.Add);

    private static void Save(CheckpointStore store, int step, params int[] kept) => store.Save(step, folder =>
    {
        File.WriteAllText(Path.Combine(folder, "state.txt"), $"{step}");
        File.WriteAllBytes(Path.Combine(folder, "tensors.bin"), [.. Enumerable.Range(step, 1000).Select(i => (byte)i)]);
    }, kept);

    private static void Flip(string path, long at)
    {
        byte[] bytes = File.ReadAllBytes(path);
        bytes[at] ^= 0x10;
        File.WriteAllBytes(path, bytes);
    }

    private static void Truncate(string path)
    {
        using FileStream file = File.OpenWrite(path);
        file.SetLength(file.Length / 2);
    }
}
