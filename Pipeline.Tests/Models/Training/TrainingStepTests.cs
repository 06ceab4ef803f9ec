using Pipeline.Models.Datasets;
using Pipeline.Models.Training.Loop;

namespace Pipeline.Tests.Models.Training;

public sealed class TrainingStepTests
{
    [Fact]
    public void Small_micro_batches_go_through_the_model_together_and_none_is_divided()
    {
        MicroBatch[] given = [Batch(0, 400), Batch(1, 500), Batch(2, 200), Batch(3, 3000), Batch(4, 10, 20), Batch(5, 30)];
        IReadOnlyList<MicroBatch> joined = TrainingStep.Join(given);
        joined.Select(b => b.Rows).ShouldBe([[0, 1], [2], [3], [4, 5]]);
        joined.SelectMany(b => b.Examples).ShouldBe(given.SelectMany(b => b.Examples));
    }

    private static MicroBatch Batch(int row, params int[] lengths) =>
        new([row], [.. lengths.Select(length => new TokenizedExample(new int[length], new int[length]))]);
}
