namespace Pipeline.Tools.Fuzz;

/// <summary>Changes of a file that know nothing of its format: what disks, networks and other programs do to it.</summary>
internal static class ByteMutations
{
    private static readonly byte[][] Tokens =
    [
        [.. "<<"u8], [.. ">>"u8], [.. "["u8], [.. "]"u8], [.. "("u8], [.. ")"u8], [.. "endobj"u8], [.. "endstream"u8],
        [.. " obj"u8], [.. " R "u8],
        [.. "stream\n"u8], [.. "trailer"u8], [.. "%%EOF"u8], [0], [0xFF, 0xFF, 0xFF, 0xFF], [0x80, 0, 0, 0],
    ];

    public static readonly (string Name, Func<byte[], Random, byte[]> Change)[] All =
    [
        ("flipped bits", Flip), ("inserted bytes", Insert), ("deleted bytes", Delete), ("truncated", (file, random) =>
            file[..random.Next(file.Length)]), ("repeated bytes", Repeat), ("swapped bytes", Swap), ("overwritten bytes", Overwrite),
    ];

    private static byte[] Flip(byte[] file, Random random)
    {
        byte[] changed = [.. file];
        for (int i = 1 << random.Next(8); i > 0; i--)
            changed[random.Next(changed.Length)] ^= (byte)(1 << random.Next(8));
        return changed;
    }

    private static byte[] Insert(byte[] file, Random random)
    {
        byte[] extra = random.Next(2) == 0 ? Tokens[random.Next(Tokens.Length)] : new byte[1 + random.Next(64)];
        if (random.Next(2) == 0) random.NextBytes(extra = new byte[extra.Length]);
        int at = random.Next(file.Length);
        return [.. file[..at], .. extra, .. file[at..]];
    }

    private static byte[] Delete(byte[] file, Random random)
    {
        (int from, int to) = Part(file, random);
        return [.. file[..from], .. file[to..]];
    }

    private static byte[] Repeat(byte[] file, Random random)
    {
        (int from, int to) = Part(file, random);
        return [.. file[..to], .. file[from..]];
    }

    private static byte[] Swap(byte[] file, Random random)
    {
        (int from, int to) = Part(file, random);
        int middle = random.Next(from, to + 1);
        return [.. file[..from], .. file[middle..to], .. file[from..middle], .. file[to..]];
    }

    private static byte[] Overwrite(byte[] file, Random random)
    {
        (int from, int to) = Part(file, random);
        byte[] changed = [.. file], token = Tokens[random.Next(Tokens.Length)];
        for (int i = from; i < to; i++)
            changed[i] = token[(i - from) % token.Length];
        return changed;
    }

    /// <summary>A part of the file; short ones are as likely as long ones.</summary>
    private static (int From, int To) Part(byte[] file, Random random)
    {
        int length = Math.Min(file.Length, 1 << random.Next(17));
        int from = random.Next(file.Length - length + 1);
        return (from, from + Math.Min(file.Length - from, 1 + random.Next(Math.Max(1, length))));
    }
}
