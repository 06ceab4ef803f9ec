using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Pipeline.Data.Artifacts;

/// <summary>Flushes folders. Pipeline.Models has its own: neither layer knows the other, and both need only these few lines.</summary>
internal static partial class FileSync
{
    /// <summary>Makes a rename inside the folder survive a power cut.</summary>
    public static void Folder(string path)
    {
        if (!OperatingSystem.IsLinux()) return;
        int descriptor = Open(path, 0);
        if (descriptor < 0) return;                 // the file itself is safe; only its name could be lost
        using SafeFileHandle handle = new(descriptor, ownsHandle: true);
        _ = Fsync(handle);
    }

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync")]
    private static partial int Fsync(SafeFileHandle descriptor);
}
