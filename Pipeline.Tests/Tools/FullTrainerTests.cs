using Pipeline.Models.Runtime;
using Pipeline.Tools.Starter.Training;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Pipeline.Tests.Tools;

public sealed class FullTrainerTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("pipeline-trainer-").FullName;

    public FullTrainerTests() => TorchRuntime.Initialize();

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_stopped_training_goes_on_from_its_checkpoint()
    {
        using DisposeScope scope = NewDisposeScope();
        FullTrainingOptions options = new() { Seconds = 60, LearningRate = 0.1, WeightDecay = 0, WarmUp = 0 };
        FullTrainingResult first = Run(new Parameter(tensor((float[])[4f])), options, resume: false, stopAfter: 5);
        first.Steps.ShouldBe(5);

        Parameter fresh = new(tensor((float[])[99f]));
        FullTrainingResult second = Run(fresh, options, resume: true, stopAfter: 8);
        second.Steps.ShouldBe(8);
        second.Targets.ShouldBe(80);
        fresh.item<float>().ShouldBeInRange(3, 3.5f);       // eight steps of 0.1 from 4, not from 99
    }

    [Fact]
    public void The_rate_warms_up_and_falls_to_its_end()
    {
        FullTrainingOptions options = new() { Seconds = 1, LearningRate = 1, WarmUp = 0.1, FinalRate = 0.1 };
        options.RateAt(0.05).ShouldBe(0.5, 1e-9);
        options.RateAt(0.1).ShouldBe(1, 1e-9);
        options.RateAt(0.55).ShouldBe(0.55, 1e-9);
        options.RateAt(1).ShouldBe(0.1, 1e-9);
    }

    [Fact]
    public void Windows_come_shuffled_once_per_pass_and_targets_are_the_next_ids()
    {
        TokenStream stream = new([.. Enumerable.Range(0, 33).Select(i => (ushort)i)], window: 4, seed: 3);
        stream.Windows.ShouldBe(8);
        List<long> starts = new();
        for (int number = 0; number < 4; number++)
        {
            using DisposeScope scope = NewDisposeScope();
            (Tensor inputs, Tensor targets) = stream.Batch(number, 2);
            (targets - inputs).eq(1).all().item<bool>().ShouldBeTrue();
            starts.AddRange(inputs.select(1, 0).data<long>().ToArray());
        }
        starts.Order().ShouldBe([0, 4, 8, 12, 16, 20, 24, 28]);
        starts.SequenceEqual(starts.Order()).ShouldBeFalse();
    }

    private FullTrainingResult Run(Parameter parameter, FullTrainingOptions options, bool resume, int stopAfter)
    {
        using CancellationTokenSource stop = new();
        FullTrainer trainer = new([("weight", parameter)], options, _folder);
        return trainer.Run(step =>
        {
            if (step == stopAfter - 1) stop.Cancel();
            return (parameter.square().sum(), 10);
        }, resume, _ => { }, stop.Token);
    }
}
