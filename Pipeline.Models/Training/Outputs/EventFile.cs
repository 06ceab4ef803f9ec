using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Pipeline.Models.Training.Outputs;

/// <summary>
/// A file of TensorBoard with the figures of a training, under the names that transformers gives them (<c>train/loss</c>,
/// <c>eval/loss</c>). Format: records with checksums (CRC-32C), each a protocol buffer <c>Event</c>.
/// </summary>
internal sealed class EventFile : IDisposable
{
    private const string Version = "brain.Event" + ":2";
    private const string Evaluation = "eval_";

    private readonly FileStream _file;
    private readonly TimeProvider _time;

    /// <param name="folder">Folder of the file; made where it is missing.</param>
    /// <param name="time">The clock.</param>
    /// <exception cref="InputException">The file cannot be written.</exception>
    public EventFile(string folder, TimeProvider time)
    {
        _time = time;
        string name = string.Create(CultureInfo.InvariantCulture,
            $"events.out.tfevents.{time.GetUtcNow().ToUnixTimeSeconds()}.{Environment.MachineName}.{Environment.ProcessId}.0");
        try
        {
            Directory.CreateDirectory(folder);
            _file = new FileStream(Path.Combine(folder, name), FileMode.Append, FileAccess.Write, FileShare.Read);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"logging_dir: {folder}: cannot be written: {e.Message}", e);
        }
        Write(Join(Time(), Field(3, Encoding.UTF8.GetBytes(Version))));
    }

    /// <summary>The folder of a training without <c>logging_dir</c>: a new one for each start.</summary>
    /// <param name="outputDir">Folder of the training.</param>
    /// <param name="time">The clock.</param>
    public static string UsualFolder(string outputDir, TimeProvider time) => Path.Combine(outputDir, "runs",
        string.Create(CultureInfo.InvariantCulture, $"{time.GetLocalNow():MMMdd_HH-mm-ss}_{Environment.MachineName}"));

    /// <summary>Writes the numbers of an entry of the log.</summary>
    /// <param name="step">Steps completed.</param>
    /// <param name="entry">Figures by name.</param>
    public void Add(int step, JsonObject entry)
    {
        byte[][] values = [.. entry.Where(figure => figure.Key != "step" && figure.Value?.GetValueKind() == JsonValueKind.Number)
            .Select(figure => Field(1, Join(Field(1, Encoding.UTF8.GetBytes(TagOf(figure.Key))), Single(2, ValueOf(figure.Value!)))))];
        Write(Join(Time(), Join([2 << 3], Number((ulong)step)), Field(5, Join(values))));
        _file.Flush();
    }

    public void Dispose() => _file.Dispose();

    private static float ValueOf(JsonNode figure) => (float)double.Parse(figure.ToJsonString(), CultureInfo.InvariantCulture);

    private static string TagOf(string name) =>
        name.StartsWith(Evaluation, StringComparison.Ordinal) ? $"eval/{name[Evaluation.Length..]}" : $"train/{name}";

    // Length, its checksum, the record, its checksum.
    private void Write(byte[] record)
    {
        byte[] head = new byte[12], tail = new byte[4];
        BinaryPrimitives.WriteUInt64LittleEndian(head, (ulong)record.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(head.AsSpan(8), Checksum(head.AsSpan(0, 8)));
        BinaryPrimitives.WriteUInt32LittleEndian(tail, Checksum(record));
        _file.Write(head);
        _file.Write(record);
        _file.Write(tail);
    }

    private byte[] Time()
    {
        byte[] field = new byte[9];
        field[0] = (1 << 3) | 1;
        BinaryPrimitives.WriteDoubleLittleEndian(field.AsSpan(1), _time.GetUtcNow().ToUnixTimeMilliseconds() / 1000.0);
        return field;
    }

    private static byte[] Field(int number, byte[] bytes) => Join([(byte)((number << 3) | 2)], Number((ulong)bytes.Length), bytes);

    private static byte[] Single(int number, float value)
    {
        byte[] field = new byte[5];
        field[0] = (byte)((number << 3) | 5);
        BinaryPrimitives.WriteSingleLittleEndian(field.AsSpan(1), value);
        return field;
    }

    private static byte[] Number(ulong value)
    {
        List<byte> bytes = new();
        for (; value >= 0x80; value >>= 7)
            bytes.Add((byte)(value | 0x80));
        return [.. bytes, (byte)value];
    }

    private static byte[] Join(params byte[][] parts) => [.. parts.SelectMany(part => part)];

    // Masked, so that checksums of texts that hold checksums stay good ones.
    private static uint Checksum(ReadOnlySpan<byte> bytes)
    {
        uint crc = uint.MaxValue;
        foreach (byte b in bytes)
            crc = BitOperations.Crc32C(crc, b);
        crc = ~crc;
        return unchecked(((crc >> 15) | (crc << 17)) + 0xa282ead8);
    }
}
