using System.Diagnostics;

namespace Pipeline.Tools.Chaos;

/// <summary>A separate file system for a data folder, so that filling it affects nobody else.</summary>
internal sealed class SmallDisk : IDisposable
{
    private readonly string _folder;
    private readonly bool _mounted;

    private SmallDisk(string folder, bool mounted) => (_folder, _mounted) = (folder, mounted);

    /// <summary>Whether it can be used: only where this process may mount.</summary>
    public bool CanFill => _mounted;

    public static SmallDisk Create(string folder, int megabytes)
    {
        Directory.CreateDirectory(folder);
        return new SmallDisk(folder, Run("mount", "-t", "tmpfs", "-o", $"size={megabytes}m", "none", folder));
    }

    /// <summary>Fills it to the last byte.</summary>
    public void Fill()
    {
        using FileStream ballast = new(Path.Combine(_folder, "ballast"), FileMode.Create, FileAccess.Write, FileShare.None, 0);
        byte[] block = new byte[1 << 16];
        for (int size = block.Length; size > 0;)
        {
            try
            {
                ballast.Write(block, 0, size);
            }
            catch (IOException)
            {
                size /= 2;
            }
        }
    }

    public void Empty() => File.Delete(Path.Combine(_folder, "ballast"));

    public void Dispose()
    {
        if (_mounted) Run("umount", "-l", _folder);
    }

    private static bool Run(string program, params string[] arguments)
    {
        try
        {
            using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }
}
