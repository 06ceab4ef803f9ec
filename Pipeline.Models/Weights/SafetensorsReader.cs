using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Json;
using Microsoft.Win32.SafeHandles;
using static TorchSharp.torch;

namespace Pipeline.Models.Weights;

/// <summary>
/// One safetensors file, mapped into memory. Tensors are views of the mapping, so opening a file of any size costs only
/// its header. Format: 8 bytes header length, JSON header, data (https://github.com/huggingface/safetensors).
/// </summary>
public sealed partial class SafetensorsReader : IDisposable
{
    private const long LongestHeader = 100_000_000;      // the reference reader's own limit
    private const long ChunkBytes = 32 << 20;

    private readonly string _path;
    private readonly Dictionary<string, TensorEntry> _entries = new(StringComparer.Ordinal);
    private readonly Dictionary<ScalarType, Tensor> _mappings = [];     // the whole file, seen as elements of one type
    private readonly long _length;

    private SafetensorsReader(string path, long length, JsonElement header, long dataStart)
    {
        _path = path;
        Metadata = ReadMetadata(header);
        foreach (JsonProperty property in header.EnumerateObject().Where(p => p.Name != "__metadata__"))
            _entries[property.Name] = ReadEntry(property, dataStart, length);
        _length = length;
    }

    /// <summary>All tensors of the file, by name.</summary>
    public IReadOnlyDictionary<string, TensorEntry> Entries => _entries;

    /// <summary>The free text pairs of the header, for example <c>format: pt</c>.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>Opens a file and checks its header against its length.</summary>
    /// <exception cref="InputException">The file is missing, truncated, or not a safetensors file.</exception>
    public static SafetensorsReader Open(string path)
    {
        path = Path.GetFullPath(path);
        if (!File.Exists(path))
            throw new InputException($"{path}: no such file.");
        using FileStream file = File.OpenRead(path);
        Span<byte> prefix = stackalloc byte[8];
        if (file.ReadAtLeast(prefix, 8, throwOnEndOfStream: false) < 8)
            throw Damaged(path, $"only {file.Length} bytes long");
        ulong headerLength = BinaryPrimitives.ReadUInt64LittleEndian(prefix);
        if (headerLength > LongestHeader || (long)headerLength > file.Length - 8)
            throw Damaged(path, $"header of {headerLength} bytes in a file of {file.Length}");
        byte[] json = new byte[headerLength];
        file.ReadExactly(json);
        try
        {
            using JsonDocument header = JsonDocument.Parse(json);
            if (header.RootElement.ValueKind != JsonValueKind.Object)
                throw Damaged(path, "the header is no JSON object");
            return new SafetensorsReader(path, file.Length, header.RootElement, 8 + (long)headerLength);
        }
        catch (Exception e) when (e is JsonException or FormatException or InvalidOperationException or OverflowException)
        {
            throw new InputException(Damaged(path, "unreadable header, " + e.Message).Message, e);
        }
    }

    /// <summary>The tensor as stored, on the CPU, without copying: valid until this reader is disposed.</summary>
    /// <exception cref="InputException">The file has no tensor of that name.</exception>
    public Tensor Map(string name)
    {
        TensorEntry entry = Entry(name);
        long[] shape = [.. entry.Shape];
        if (entry.Length == 0)
            return empty(shape, entry.DType);
        int width = SafetensorsTypes.BytesOf(entry.DType);
        if (entry.Offset % width != 0)
            return ReadUnaligned(entry, shape);
        using Tensor flat = Mapping(entry.DType, width).narrow(0, entry.Offset / width, entry.Length / width);
        return flat.view(shape);
    }

    /// <summary>
    /// Copies a tensor into <paramref name="target"/>, converting to its element type and device. Pages of the file are
    /// released on the way, so that only the target stays in memory.
    /// </summary>
    /// <exception cref="InputException">The file has no such tensor, or its shape differs.</exception>
    public void CopyTo(string name, Tensor target)
    {
        TensorEntry entry = Entry(name);
        if (!target.shape.SequenceEqual(entry.Shape))
            throw new InputException(
                $"{_path}: {name} has shape [{string.Join(", ", entry.Shape)}], expected [{string.Join(", ", target.shape)}].");
        if (entry.Length == 0)
            return;
        using IDisposable noGrad = no_grad();
        using Tensor source = Map(name);
        using Tensor from = source.view(-1);
        using Tensor to = target.view(-1);
        int width = SafetensorsTypes.BytesOf(entry.DType);
        bool mapped = entry.Offset % width == 0;
        long step = ChunkBytes / width;
        for (long start = 0; start < from.shape[0]; start += step)
        {
            long count = Math.Min(step, from.shape[0] - start);
            using Tensor part = from.narrow(0, start, count);
            using Tensor destination = to.narrow(0, start, count);
            destination.copy_(part);
            if (mapped)
                Release(part);
        }
    }

    /// <summary>Lends a tensor as stored, for the duration of the call; its pages of the file are released afterwards.</summary>
    /// <exception cref="InputException">The file has no such tensor, or <paramref name="use"/> refuses it.</exception>
    internal void Lend(string name, Action<Tensor> use)
    {
        TensorEntry entry = Entry(name);
        using Tensor tensor = Map(name);
        try
        {
            use(tensor);
        }
        catch (InputException e)
        {
            throw new InputException($"{_path}: {name}: {e.Message}", e);
        }
        int width = SafetensorsTypes.BytesOf(entry.DType);
        if (entry.Offset % width != 0)
            return;
        using Tensor flat = tensor.view(-1);
        for (long start = 0; start < flat.shape[0]; start += ChunkBytes / width)
        {
            using Tensor part = flat.narrow(0, start, Math.Min(ChunkBytes / width, flat.shape[0] - start));
            Release(part);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (Tensor mapping in _mappings.Values)
            mapping.Dispose();
    }

    internal TensorEntry Entry(string name) =>
        _entries.TryGetValue(name, out TensorEntry? entry) ? entry : throw new InputException($"{_path}: no tensor named {name}.");

    private Tensor Mapping(ScalarType type, int width)
    {
        lock (_mappings)
        {
            if (!_mappings.TryGetValue(type, out Tensor? mapping))
            {
                // A private mapping: nothing written to a tensor ever reaches the file.
                mapping = from_file(_path, shared: false, size: _length / width, dtype: type).DetachFromDisposeScope();
                _mappings.Add(type, mapping);
            }
            return mapping;
        }
    }

    /// <summary>Headers are padded so that data is aligned; data that careless writers left unaligned is read as a copy.</summary>
    private Tensor ReadUnaligned(TensorEntry entry, long[] shape)
    {
        Tensor tensor = empty(shape, entry.DType);
        using Tensor flat = tensor.view(-1);
        int width = SafetensorsTypes.BytesOf(entry.DType);
        using SafeFileHandle file = File.OpenHandle(_path);
        for (long done = 0; done < entry.Length;)
        {
            using Tensor part = flat.narrow(0, done / width, Math.Min(ChunkBytes, entry.Length - done) / width);
            Span<byte> bytes = part.bytes;
            for (int read = 0; read < bytes.Length;)
            {
                int count = RandomAccess.Read(file, bytes[read..], entry.Offset + done + read);
                read += count > 0 ? count : throw Damaged(_path, $"{entry.Name} ends early");
            }
            done += bytes.Length;
        }
        return tensor;
    }

    private static InputException Damaged(string path, string what) =>
        new($"{path}: not a complete safetensors file ({what}); download or copy it again.");

    private static Dictionary<string, string> ReadMetadata(JsonElement header) =>
        header.TryGetProperty("__metadata__", out JsonElement metadata)
            ? metadata.EnumerateObject().ToDictionary(p => p.Name, p => p.Value.GetString() ?? "", StringComparer.Ordinal)
            : [];

    private TensorEntry ReadEntry(JsonProperty property, long dataStart, long fileLength)
    {
        JsonElement value = property.Value;
        string? dtype = value.GetProperty("dtype").GetString();
        if (!SafetensorsTypes.TryParse(dtype, out ScalarType type))
            throw new InputException($"{_path}: {property.Name} has element type {dtype}, which is not supported.");
        long[] shape = [.. value.GetProperty("shape").EnumerateArray().Select(s => s.GetInt64())];
        long[] offsets = [.. value.GetProperty("data_offsets").EnumerateArray().Select(s => s.GetInt64())];
        long bytes = checked(shape.Aggregate(1L, (a, b) => checked(a * b)) * SafetensorsTypes.BytesOf(type));
        if (shape.Any(s => s < 0) || offsets.Length != 2 || offsets[0] < 0 || offsets[1] - offsets[0] != bytes)
            throw Damaged(_path, $"{property.Name}: shape and data_offsets disagree");
        if (offsets[1] > fileLength - dataStart)
            throw Damaged(_path, $"{property.Name} ends at byte {dataStart + offsets[1]}, the file has {fileLength}");
        return new TensorEntry(property.Name, type, shape, dataStart + offsets[0], bytes);
    }

    /// <summary>Tells the kernel that the pages wholly inside this part of the mapping are no longer needed.</summary>
    private static unsafe void Release(Tensor part)
    {
        if (!OperatingSystem.IsLinux())
            return;
        Span<byte> bytes = part.bytes;
        fixed (byte* start = bytes)
        {
            nint page = Environment.SystemPageSize;
            nint first = ((nint)start + page - 1) / page * page;
            nint last = ((nint)start + bytes.Length) / page * page;
            if (last > first)
                _ = MemoryAdvise(first, last - first, 4);       // MADV_DONTNEED; only a hint, so its result does not matter
        }
    }

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int MemoryAdvise(nint address, nint length, int advice);
}
