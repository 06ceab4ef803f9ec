using System.Buffers.Binary;
using System.Numerics;
using System.Text;
using System.Text.Json.Nodes;
using Pipeline.Models.Training.Outputs;

namespace Pipeline.Tests.Models.Training;

public sealed class EventFileTests
{
    [Fact]
    public void The_figures_are_records_with_good_checksums_under_transformers_names()
    {
        using TemporaryFolder folder = new();
        using (EventFile file = new(folder.File("runs"), TimeProvider.System))
        {
            file.Add(5, new JsonObject { ["loss"] = 1.5, ["learning_rate"] = 0.001, ["step"] = 5 });
            file.Add(300, new JsonObject { ["eval_loss"] = 2.25, ["epoch"] = 0.5 });
        }
        string path = Directory.GetFiles(folder.File("runs")).ShouldHaveSingleItem();
        Path.GetFileName(path).ShouldStartWith("events.out.tfevents.");
        byte[][] records = [.. Records(File.ReadAllBytes(path))];
        records.Length.ShouldBe(3);
        Encoding.UTF8.GetString(records[0]).ShouldEndWith("brain.Event:2");
        string first = Encoding.UTF8.GetString(records[1]), second = Encoding.UTF8.GetString(records[2]);
        first.ShouldContain("train/loss");
        first.ShouldContain("train/learning_rate");
        first.ShouldNotContain("step");
        second.ShouldContain("eval/loss");
        second.ShouldContain("train/epoch");
        Holds(records[1], [0x10, 5]).ShouldBeTrue("the step");
        Holds(records[2], [0x10, 0xAC, 0x02]).ShouldBeTrue("the step in two bytes");
        Holds(records[1], [0x15, .. BitConverter.GetBytes(1.5f)]).ShouldBeTrue("the value");
    }

    private static bool Holds(byte[] bytes, byte[] part) => bytes.AsSpan().IndexOf(part) >= 0;

    private static IEnumerable<byte[]> Records(byte[] bytes)
    {
        for (int at = 0; at < bytes.Length;)
        {
            int length = (int)BinaryPrimitives.ReadUInt64LittleEndian(bytes.AsSpan(at));
            BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(at + 8)).ShouldBe(Masked(bytes.AsSpan(at, 8)));
            byte[] record = bytes[(at + 12)..(at + 12 + length)];
            BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(at + 12 + length)).ShouldBe(Masked(record));
            yield return record;
            at += length + 16;
        }
    }

    private static uint Masked(ReadOnlySpan<byte> bytes)
    {
        uint crc = uint.MaxValue;
        foreach (byte b in bytes) crc = BitOperations.Crc32C(crc, b);
        return BitOperations.RotateRight(~crc, 15) + 0xa282ead8;
    }
}
