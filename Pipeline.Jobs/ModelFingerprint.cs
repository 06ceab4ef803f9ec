using System.Security.Cryptography;
using System.Text;
using Pipeline.Models;

namespace Pipeline.Jobs;

/// <summary>
/// Identity of a model folder for cache keys. Small files are hashed completely; for large weight files size and both ends, so that
/// a model of many gigabytes takes milliseconds.
/// </summary>
internal static class ModelFingerprint
{
    private const long Whole = 64 << 20;
    private const int End = 1 << 20;
    private static readonly string[] Kinds = [".json", ".safetensors", ".txt", ".model", ".jinja"];

    /// <exception cref="InputException">No such folder.</exception>
    public static string Of(string folder)
    {
        if (!Directory.Exists(folder)) throw new InputException(
            $"{folder}: no such folder; expected a model folder as the hub lays it out");
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (string path in Directory.GetFiles(folder).Where(f => Kinds.Contains(Path.GetExtension(f))).Order(StringComparer.Ordinal))
        {
            using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16, FileOptions.SequentialScan);
            hash.AppendData(Encoding.UTF8.GetBytes($"{Path.GetFileName(path)}\0{file.Length}\0"));
            if (file.Length <= Whole)
            {
                Append(hash, file, file.Length);
                continue;
            }
            Append(hash, file, End);
            file.Position = file.Length - End;
            Append(hash, file, End);
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static void Append(IncrementalHash hash, FileStream file, long bytes)
    {
        byte[] buffer = new byte[1 << 16];
        for (long left = bytes; left > 0;)
        {
            int read = file.Read(buffer, 0, (int)Math.Min(buffer.Length, left));
            if (read == 0) return;
            hash.AppendData(buffer, 0, read);
            left -= read;
        }
    }
}
