using System.Text;
using Pipeline.Models.Runtime;

namespace Pipeline.Tests.Models.Runtime;

public sealed class CompatibleLibraryTests : IDisposable
{
    private readonly string _cache = Directory.CreateTempSubdirectory("pipeline-native-").FullName;

    private static string Library => Path.Combine(NativeTorch.DirectoryOf("libLibTorchSharp.so")!, "libLibTorchSharp.so");

    public void Dispose() => Directory.Delete(_cache, recursive: true);

    [Fact]
    public void Real_library_no_longer_asks_for_the_new_libstdcxx()
    {
        byte[] image = File.ReadAllBytes(Library);
        Contains(image, CompatibleLibrary.NewSymbol).ShouldBeTrue("the package changed: the patch may no longer be needed");

        CompatibleLibrary.Patch(image).ShouldBeTrue();

        Contains(image, CompatibleLibrary.NewSymbol).ShouldBeFalse();
        Contains(image, "_ZNSt8ios_base4InitC1Ev").ShouldBeTrue();
        CompatibleLibrary.Patch(image).ShouldBeFalse("a patched library needs no second patch");
    }

    [Fact]
    public void Patch_changes_a_handful_of_bytes_and_no_others()
    {
        byte[] before = File.ReadAllBytes(Library);
        byte[] after = [.. before];
        CompatibleLibrary.Patch(after);

        int changed = before.Zip(after).Count(pair => pair.First != pair.Second);
        changed.ShouldBeInRange(10, 8 + CompatibleLibrary.NewSymbol.Length);
    }

    [Fact]
    public void Copy_is_written_once_whole_and_the_original_stays()
    {
        byte[] original = File.ReadAllBytes(Library);

        string copy = NativeTorch.PatchedCopy(Library, _cache);
        DateTime written = File.GetLastWriteTimeUtc(copy);

        NativeTorch.PatchedCopy(Library, _cache).ShouldBe(copy);
        File.GetLastWriteTimeUtc(copy).ShouldBe(written);
        Directory.GetFiles(_cache, "*", SearchOption.AllDirectories).ShouldBe([copy]);
        File.ReadAllBytes(Library).SequenceEqual(original).ShouldBeTrue();
    }

    [Fact]
    public void Damaged_copy_is_replaced()
    {
        string copy = NativeTorch.PatchedCopy(Library, _cache);
        byte[] good = File.ReadAllBytes(copy);
        File.WriteAllBytes(copy, good[..1000]);

        NativeTorch.PatchedCopy(Library, _cache);

        File.ReadAllBytes(copy).SequenceEqual(good).ShouldBeTrue();
    }

    [Fact]
    public void Library_that_needs_no_patch_is_loaded_from_where_it_is()
    {
        string patched = NativeTorch.PatchedCopy(Library, _cache);
        NativeTorch.PatchedCopy(patched, _cache).ShouldBe(patched);
    }

    [Fact]
    public void Something_that_is_no_library_is_refused()
    {
        byte[] text = Encoding.ASCII.GetBytes(new string('x', 200));
        Should.Throw<InvalidDataException>(() => CompatibleLibrary.Patch(text)).Message.ShouldContain("ELF");
    }

    private static bool Contains(byte[] image, string text) => image.AsSpan().IndexOf(Encoding.ASCII.GetBytes(text + "\0")) >= 0;
}
