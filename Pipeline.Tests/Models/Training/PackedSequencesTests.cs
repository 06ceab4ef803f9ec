using Pipeline.Models.Datasets;
using Pipeline.Models.Datasets.Declared;
using Pipeline.Models.Families;
using Pipeline.Models.Training.Batches;
using Pipeline.Models.Training.Pass;
using Pipeline.Tests.Models.Training.Pass;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Tests.Models.Training;

public sealed class PackedSequencesTests
{
    [Fact]
    public void A_sequence_takes_the_longest_example_that_fits_and_of_equals_the_last()
    {
        int[] lengths = [5, 9, 4, 4, 1];
        TokenizedExample[] examples = [.. lengths.Select((length, i) => new TokenizedExample([.. Enumerable.Repeat(i, length)],
            [.. Enumerable.Repeat(i, length)]))];
        PackedSequences.Pack(examples, 10, apart: false).Select(sequence => sequence.InputIds.Distinct().ToArray())
            .ShouldBe([[1, 4], [0, 3], [2]]);
        PackedSequences.Pack([], 10, apart: false).ShouldBeEmpty();
        Should.Throw<ArgumentException>(() => PackedSequences.Pack(examples, 8, apart: false));
    }

    [Theory]
    [InlineData("phi3")]
    [InlineData("llama")]
    [InlineData("phi3-window")]
    public void Packed_examples_see_those_before_them_and_neatly_packed_ones_do_not(string name)
    {
        using DisposeScope scope = NewDisposeScope();
        using DecoderModel model = PassModels.Create(name, ScalarType.Float32);
        TokenizedExample[] examples = PassModels.Examples(model.Config, 30, 19);
        TokenizedExample first = examples[0], second = examples[1];
        double alone = Loss(model, first), other = Loss(model, second);

        Loss(model, Joined(first, second, apart: true)).ShouldBe(alone + other, 1e-4);
        Loss(model, Joined(first, Silent(second), apart: false)).ShouldBe(alone, 1e-4, "nothing is seen of what comes after");
        double seeing = Loss(model, Joined(Silent(first), second, apart: false));
        Math.Abs(seeing - other).ShouldBeGreaterThan(0.01);
        // Positions begin anew with each example.
        TokenizedExample through = Joined(Silent(first), second, apart: false) with { Parts = [] };
        Math.Abs(Loss(model, through) - seeing).ShouldBeGreaterThan(0.001);

        using DecoderModel half = PassModels.Create(name, ScalarType.Float16);      // computed by libtorch's products
        using (no_grad())
            foreach (((_, Tensor target), (_, Tensor source)) in half.Weights().Zip(model.Weights()))
                target.copy_(source);
        Loss(half, Joined(Silent(first), second, apart: false)).ShouldBe(seeing, seeing * 0.01);
    }

    private static TokenizedExample Joined(TokenizedExample first, TokenizedExample second, bool apart) =>
        new([.. first.InputIds, .. second.InputIds], [.. first.Labels, .. second.Labels])
        {
            Parts = [first.InputIds.Length, second.InputIds.Length],
            IsApart = apart,
        };

    private static TokenizedExample Silent(TokenizedExample example) =>
        example with { Labels = [.. Enumerable.Repeat(TokenizedExample.Ignored, example.Labels.Length)] };

    private static double Loss(DecoderModel model, TokenizedExample example)
    {
        using TrainingBatch batch = TrainingBatch.Collate([example], CPU);
        using TrainingPass pass = new(model);
        return pass.Loss(batch);
    }
}
