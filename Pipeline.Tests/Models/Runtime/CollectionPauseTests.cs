using Pipeline.Models.Runtime;

namespace Pipeline.Tests.Models.Runtime;

public sealed class CollectionPauseTests
{
    [Fact]
    public void Steps_of_several_trainings_may_run_at_once()
    {
        long sum = 0;
        Parallel.For(0, 200, new ParallelOptions { MaxDegreeOfParallelism = 4 }, i =>
            Interlocked.Add(ref sum, CollectionPause.Run(() => CollectionPause.Run(() => i, 1_000_000), 1_000_000)));
        sum.ShouldBe(199 * 100);
    }
}
