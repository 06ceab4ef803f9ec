using System.Runtime.InteropServices;

namespace Pipeline.Models.Files;

/// <summary>Makes what was written survive a kill and a power cut.</summary>
internal static partial class DurableFiles
{
    // From file systems that cannot flush a folder: there the files themselves are flushed, which has to be enough.
    private const int NotPermitted = 1, BadHandle = 9, AccessDenied = 13, InvalidArgument = 22, NotSupported = 95;

    /// <summary>Waits until the file's content is on disk.</summary>
    /// <exception cref="IOException">The disk did not take it.</exception>
    public static void FlushFile(string path)
    {
        using FileStream file = new(path, FileMode.Open, FileAccess.ReadWrite);
        file.Flush(flushToDisk: true);
    }

    /// <summary>
    /// Waits until the folder's entries are on disk. .NET cannot open folders, so libc does; other systems than Unix do not
    /// need it.
    /// </summary>
    /// <exception cref="IOException">The disk did not take them.</exception>
    public static void FlushFolder(string path)
    {
        if (OperatingSystem.IsWindows())
            return;
        int handle = Open(path, 0);
        if (handle < 0)
        {
            ThrowIfReal(path);
            return;
        }
        int result = Sync(handle);
        int fault = Marshal.GetLastPInvokeError();
        _ = Close(handle);
        Marshal.SetLastPInvokeError(fault);
        if (result < 0)
            ThrowIfReal(path);
    }

    /// <summary>Replaces a file in one step: readers see the old text or the new one, even after a power cut.</summary>
    /// <exception cref="IOException">The disk did not take it; the old text stays.</exception>
    public static void Replace(string path, string text) => Replace(path, temporary => File.WriteAllText(temporary, text));

    /// <inheritdoc cref="Replace(string, string)"/>
    /// <param name="path">The file.</param>
    /// <param name="write">Writes the new content into the file that it is given.</param>
    public static void Replace(string path, Action<string> write)
    {
        string temporary = path + ".tmp";
        try
        {
            write(temporary);
            FlushFile(temporary);
            File.Move(temporary, path, overwrite: true);
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    private static void ThrowIfReal(string path)
    {
        int fault = Marshal.GetLastPInvokeError();
        if (fault is not (NotPermitted or BadHandle or AccessDenied or InvalidArgument or NotSupported))
            throw new IOException($"{path}: {Marshal.GetPInvokeErrorMessage(fault)}", fault);
    }

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Sync(int handle);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int handle);
}
