using System.Runtime.InteropServices;

namespace Pipeline.Models.Training;

/// <summary>Makes what was written survive a power cut.</summary>
internal static partial class DurableFiles
{
    /// <summary>Waits until the file's content is on disk.</summary>
    public static void FlushFile(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite);
        file.Flush(flushToDisk: true);
    }

    /// <summary>Waits until the folder's entries are on disk. .NET opens no folders, so libc does; elsewhere than on Unix there is no need.</summary>
    public static void FlushFolder(string path)
    {
        if (OperatingSystem.IsWindows())
            return;
        int handle = Open(path, 0);
        if (handle < 0)
            return; // a file system that cannot: the files themselves are flushed
        _ = Sync(handle);
        _ = Close(handle);
    }

    /// <summary>Replaces a file in one step: readers see the old text or the new one.</summary>
    public static void Replace(string path, string text)
    {
        string temporary = path + ".tmp";
        File.WriteAllText(temporary, text);
        File.Move(temporary, path, overwrite: true);
    }

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync")]
    private static partial int Sync(int handle);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int handle);
}
