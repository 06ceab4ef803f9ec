namespace Pipeline.Data.Artifacts;

/// <summary>The disk of the data folder is full. The message names the folder and the fix.</summary>
public sealed class StorageFullException(string message, Exception inner) : IOException(message, inner)
{
    private const int NoSpaceLeft = 28, QuotaExceeded = 122;    // ENOSPC, EDQUOT

    /// <summary>Whether the exception means that there is no space left.</summary>
    public static bool IsNoSpace(Exception e) =>
        e is IOException && e.HResult is NoSpaceLeft or QuotaExceeded or unchecked((int)0x80070070);

    /// <summary>The exception to throw when writing below <paramref name="folder"/> failed for lack of space.</summary>
    public static StorageFullException For(string folder, IOException e)
    {
        long free = new DriveInfo(Path.GetFullPath(folder)).AvailableFreeSpace;
        return new StorageFullException(
            $"{folder}: the disk is full ({free / 1024.0 / 1024.0:F1} MiB left); free some space or choose another folder with --data", e);
    }
}
