using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Pipeline.Models.Evaluation.Examination;

/// <summary>
/// Replies of an examination that goes on, in a file of JSON lines: the first says which examination it is, a line that was cut by a kill
/// is asked again. Without a file nothing is kept.
/// </summary>
internal sealed class ReplyJournal : IDisposable
{
    private readonly Dictionary<string, Entry> _known = new(StringComparer.Ordinal);
    private readonly StreamWriter? _writer;

    /// <summary>Opens the journal; one of another examination is begun anew.</summary>
    /// <param name="path">The file, or null.</param>
    /// <param name="identity">Hash of everything that replies depend on.</param>
    public ReplyJournal(string? path, string identity)
    {
        if (path is null) return;
        long end = File.Exists(path) ? Read(path, identity) : 0;
        FileStream file = new(path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.Read);
        file.SetLength(end);
        file.Seek(0, SeekOrigin.End);
        _writer = new StreamWriter(file, new UTF8Encoding(false)) { AutoFlush = false };
        if (end == 0) _writer.Write(JsonSerializer.Serialize(identity) + "\n");
        _writer.Flush();
    }

    /// <summary>A reply kept earlier, or null.</summary>
    public ExamReply? Find(string key) => _known.TryGetValue(key, out Entry? entry)
        ? new ExamReply(entry.Text) { IsCut = entry.IsCut } : null;

    /// <summary>Keeps replies; failures are not kept, so they are tried again.</summary>
    public void Add(IEnumerable<(string Key, ExamReply Reply)> replies)
    {
        foreach ((string key, ExamReply reply) in replies.Where(pair => pair.Reply.Failure is null))
            _writer?.Write(JsonSerializer.Serialize(new Entry(key, reply.Text, reply.IsCut)) + "\n");
        _writer?.Flush();
    }

    public void Dispose() => _writer?.Dispose();

    /// <summary>Hash of parts, none of which can run into the next.</summary>
    public static string IdentityOf(IEnumerable<string> parts) =>
        Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(parts)));

    /// <returns>Bytes of the lines that are whole; 0 when it belongs to another examination.</returns>
    private long Read(string path, string identity)
    {
        byte[] bytes = File.ReadAllBytes(path);
        long end = 0;
        int start = 0;
        while (bytes.AsSpan(start).IndexOf((byte)'\n') is >= 0 and int length)
        {
            ReadOnlySpan<byte> line = bytes.AsSpan(start, length);
            try
            {
                if (start == 0 && JsonSerializer.Deserialize<string>(line) != identity) return 0;
                if (start > 0 && JsonSerializer.Deserialize<Entry>(line) is { } entry) _known[entry.Key] = entry;
            }
            catch (JsonException)
            {
                break;      // what follows is asked again
            }
            start += length + 1;
            end = start;
        }
        return end;
    }

    private sealed record Entry(string Key, string Text, bool IsCut);
}
