using System.Collections.Concurrent;
using Pipeline.Models.Runtime;

namespace Pipeline.Tests.Models.Runtime;

public sealed class KernelThreadsTests
{
    [Fact]
    public void Every_part_is_computed_once_however_many_callers_there_are()
    {
        TorchRuntime.Initialize();
        Parallel.For(0, 8, _ =>
        {
            for (int round = 0; round < 200; round++)
            {
                int[] times = new int[37];
                KernelThreads.Run(times.Length, part => Interlocked.Increment(ref times[part]));
                times.ShouldAllBe(count => count == 1);
            }
        });
    }

    [Fact]
    public void A_failing_part_fails_its_caller_and_no_other()
    {
        for (int round = 0; round < 50; round++)
        {
            Should.Throw<InvalidOperationException>(() => KernelThreads.Run(16, part =>
            {
                if (part == 3)
                    throw new InvalidOperationException("part 3");
            })).Message.ShouldBe("part 3");
            int done = 0;
            KernelThreads.Run(16, _ => Interlocked.Increment(ref done));
            done.ShouldBe(16);
        }
    }

    [Fact]
    public void A_part_may_share_work_itself()
    {
        ConcurrentBag<(long, long)> seen = new();
        KernelThreads.Run(6, outer => KernelThreads.Run(5, inner => seen.Add((outer, inner))));
        seen.Distinct().Count().ShouldBe(30);
        seen.Count.ShouldBe(30);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(7, 1_000_000)]
    [InlineData(1_000_000, 1)]
    public void Ranges_cover_all_rows_once(long rows, long width)
    {
        long covered = 0;
        KernelThreads.For(rows, width, (from, to) => Interlocked.Add(ref covered, to - from));
        covered.ShouldBe(rows);
    }
}
