using System.Globalization;

namespace Pipeline.Tools.Fuzz;

/// <summary>What this process holds of the system.</summary>
internal static class ProcessCount
{
    /// <summary>Living children of this process, ended ones that nobody waited for included.</summary>
    public static int Children()
    {
        string self = Environment.ProcessId.ToString(CultureInfo.InvariantCulture);
        return Directory.EnumerateDirectories("/proc").Count(folder =>
            char.IsAsciiDigit(Path.GetFileName(folder)[0]) && ParentOf(Path.Combine(folder, "stat")) == self);
    }

    public static int OpenFiles() => Directory.EnumerateFileSystemEntries("/proc/self/fd").Count();

    private static string? ParentOf(string stat)
    {
        try
        {
            string text = File.ReadAllText(stat);
            return text[(text.LastIndexOf(')') + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries)[1];
        }
        catch (IOException)
        {
            return null; // it has just ended
        }
    }
}
