using Pipeline.Models.Datasets;

namespace Pipeline.Models.Training;

/// <summary>Which examples each step sees, and when logs, evaluations and checkpoints are due. A function of the step alone.</summary>
internal sealed class TrainingPlan
{
    private readonly TrainingArguments _arguments;
    private readonly IReadOnlyList<TokenizedExample> _examples;
    private readonly RandomState _random;
    private (int Epoch, int[] Order) _order = (-1, []);

    public TrainingPlan(TrainingArguments arguments, IReadOnlyList<TokenizedExample> examples, RandomState random)
    {
        (_arguments, _examples, _random) = (arguments, examples, random);
        BatchesPerEpoch = (examples.Count + arguments.TrainBatchSize - 1) / arguments.TrainBatchSize;
        StepsPerEpoch = (BatchesPerEpoch + arguments.GradientAccumulationSteps - 1) / arguments.GradientAccumulationSteps;
        TotalSteps = arguments.MaxSteps > 0 ? arguments.MaxSteps : Math.Max(1, (int)Math.Ceiling(arguments.NumTrainEpochs * StepsPerEpoch));
    }

    /// <summary>Micro-batches of an epoch.</summary>
    public int BatchesPerEpoch { get; }

    /// <summary>Steps of an epoch; the last one may hold fewer micro-batches.</summary>
    public int StepsPerEpoch { get; }

    /// <summary>Steps of the training.</summary>
    public int TotalSteps { get; }

    /// <summary>The micro-batches of a step, counted from 0.</summary>
    public IReadOnlyList<MicroBatch> BatchesOf(int step)
    {
        int epoch = step / StepsPerEpoch;
        if (_order.Epoch != epoch)
            _order = (epoch, _random.Permutation(epoch, _examples.Count));
        int perStep = _arguments.TrainBatchSize * _arguments.GradientAccumulationSteps;
        return [.. _order.Order.Skip(step % StepsPerEpoch * perStep).Take(perStep).Chunk(_arguments.TrainBatchSize)
            .Select(rows => new MicroBatch(rows, [.. rows.Select(row => _examples[row])]))];
    }

    /// <summary>Epochs done after so many steps, with the fraction of the one under way.</summary>
    public double EpochAfter(int steps)
    {
        int inEpoch = steps % StepsPerEpoch;
        return steps / StepsPerEpoch + (double)(inEpoch * _arguments.GradientAccumulationSteps) / BatchesPerEpoch;
    }

    /// <summary>Whether a log entry is due after so many steps.</summary>
    public bool LogsAfter(int steps) => steps % _arguments.LoggingSteps == 0 || steps == TotalSteps;

    /// <summary>Whether an evaluation is due; the one at the end comes in any case.</summary>
    public bool EvaluatesAfter(int steps) => Due(_arguments.EvalStrategy ?? (_arguments.EvalSteps is null ? "no" : "steps"),
        _arguments.EvalSteps ?? _arguments.LoggingSteps, steps) && steps < TotalSteps;

    /// <summary>Whether a checkpoint is due; the end of the training has one unless there are none at all.</summary>
    public bool SavesAfter(int steps) =>
        Due(_arguments.SaveStrategy, _arguments.SaveSteps, steps) || (steps == TotalSteps && _arguments.SaveStrategy != "no");

    private bool Due(string strategy, int every, int steps) => strategy switch
    {
        "steps" => steps % every == 0,
        "epoch" => steps % StepsPerEpoch == 0,
        _ => false,
    };
}
