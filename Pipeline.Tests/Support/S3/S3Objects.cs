using System.Security.Cryptography;

namespace Pipeline.Tests.S3;

/// <summary>What a bucket of the stand-in holds. Callers hold the lock on it.</summary>
internal sealed class S3Objects
{
    public SortedDictionary<string, Item> Items { get; } = new(StringComparer.Ordinal);

    public Dictionary<string, Upload> Uploads { get; } = new(StringComparer.Ordinal);

    /// <summary>Stores an object.</summary>
    public Item Put(string key, byte[] content) => Items[key] = new Item(content, ETag(content), DateTime.UtcNow);

    public static string ETag(byte[] content) => $"\"{Convert.ToHexStringLower(MD5.HashData(content))}\"";

    public sealed record Item(byte[] Content, string ETag, DateTime WrittenAt);

    public sealed record Upload(string Key, DateTime BeganAt)
    {
        public SortedDictionary<int, byte[]> Parts { get; } = [];
    }
}
