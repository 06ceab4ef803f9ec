using System.Text;
using Pipeline.Models.Training.Outputs;

namespace Pipeline.Models.Training.Engines;

/// <summary>
/// Reads <c>trainer_log.jsonl</c> while another process writes it. A line counts when its end is there. A file that was replaced or
/// cut short, as a training that starts again does, is read from its beginning: whoever uses the entries takes the last one of a step.
/// </summary>
/// <param name="outputDir">Folder of the training.</param>
public sealed class TrainerLogFollower(string outputDir)
{
    /// <summary>Name of the file.</summary>
    public const string FileName = TrainingLog.LinesFile;

    private const int MostBytesAtOnce = 4 << 20, FingerprintBytes = 64;
    private readonly string _path = Path.Combine(outputDir, FileName);
    private byte[] _head = [];
    private long _position;

    /// <summary>Lines that could not be read.</summary>
    public int BadLines { get; private set; }

    /// <summary>The entries that came since the last call, in the order of the file; none while there is no file.</summary>
    public IReadOnlyList<TrainerLogEntry> Read()
    {
        List<TrainerLogEntry> entries = [];
        try
        {
            // Opened anew each time: a replaced file has the same name, and a network share shows what another machine wrote.
            using FileStream file = new(_path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 1);
            if (file.Length < _position || !StartsAsBefore(file))
                (_position, _head) = (0, []);
            while (ReadLines(file) is { Length: > 0 } text)
                foreach (string line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
                {
                    if (TrainerLogEntry.Parse(line) is { } entry)
                        entries.Add(entry);
                    else
                        BadLines++;
                }
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException) { } // not yet, or between two files
        return entries;
    }

    // Whole lines after those already read, at most some megabytes.
    private string ReadLines(FileStream file)
    {
        file.Position = _position;
        byte[] bytes = new byte[Math.Min(file.Length - _position, MostBytesAtOnce)];
        int read = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        int end = Array.LastIndexOf(bytes, (byte)'\n', Math.Max(0, read - 1), read) + 1;
        if (end == 0 && read == MostBytesAtOnce)
            end = read; // one line of megabytes is none of a training log: passed over as bad
        if (_head.Length < FingerprintBytes && _position == 0)
            _head = bytes[..Math.Min(FingerprintBytes, end)];
        _position += end;
        return Encoding.UTF8.GetString(bytes, 0, end);
    }

    private bool StartsAsBefore(FileStream file)
    {
        byte[] now = new byte[_head.Length];
        file.Position = 0;
        return file.ReadAtLeast(now, now.Length, throwOnEndOfStream: false) == now.Length && now.AsSpan().SequenceEqual(_head);
    }
}
