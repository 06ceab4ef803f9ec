using Pipeline.Models.Runtime;

namespace Pipeline.Tests.Models.Training;

public sealed class RandomStateTests
{
    [Fact]
    public void Every_use_seed_and_position_has_numbers_of_its_own_and_always_the_same()
    {
        long[] seeds = [.. from seed in (int[])[1, 2] from step in Enumerable.Range(0, 50) from micro in Enumerable.Range(0, 4)
            from value in (long[])[new RandomState(seed).DropoutSeed(step, micro), new RandomState(seed)
                .NoiseSeed(step, micro)] select value];
        seeds.Distinct().Count().ShouldBe(seeds.Length);
        seeds.ShouldAllBe(seed => seed >= 0);
        new RandomState(1).NoiseSeed(3, 2).ShouldBe(new RandomState(1).NoiseSeed(3, 2));
    }
}
