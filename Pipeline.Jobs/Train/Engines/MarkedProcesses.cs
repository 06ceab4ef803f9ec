using System.Globalization;
using System.Text;

namespace Pipeline.Jobs.Train.Engines;

/// <summary>
/// The processes of one engine, recognised by an environment variable that all children inherit, including those in a session of
/// their own, such as torchrun's workers, and those whose parents are gone.
/// </summary>
/// <param name="folder">Work folder of the engine.</param>
internal sealed class MarkedProcesses(string folder)
{
    public const string Variable = "PIPELINE_ENGINE_FOLDER";
    private readonly byte[] _mark = Encoding.UTF8.GetBytes($"{Variable}={folder}\0");

    /// <summary>Ids of the running ones, without this process itself.</summary>
    public IReadOnlyList<int> Find()
    {
        List<int> found = [];
        foreach (string process in Directory.EnumerateDirectories("/proc"))
            if (int.TryParse(Path.GetFileName(process.AsSpan()), NumberStyles.None, CultureInfo.InvariantCulture, out int id)
                && id != Environment.ProcessId && IsMarked(process))
                found.Add(id);
        return found;
    }

    /// <summary>Kills all of them and waits until they are gone.</summary>
    public void Kill()
    {
        while (Find() is { Count: > 0 } left)
        {
            foreach (int id in left)
                ProcessSignal.Send(id, ProcessSignal.Kill);
            Thread.Sleep(20);
        }
    }

    /// <summary>Asks a process and its group to end.</summary>
    public static void Terminate(int group) => ProcessSignal.Send(-group, ProcessSignal.Terminate);

    private bool IsMarked(string process)
    {
        try
        {
            byte[] environment = File.ReadAllBytes(Path.Combine(process, "environ"));
            int at = environment.AsSpan().IndexOf(_mark);
            return at == 0 || (at > 0 && environment[at - 1] == 0);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false; // gone, or another user's
        }
    }
}
