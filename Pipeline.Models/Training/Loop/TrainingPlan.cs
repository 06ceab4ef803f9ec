using Pipeline.Models.Datasets;
using Pipeline.Models.Runtime;
using Pipeline.Models.Training.Batches;
using Pipeline.Models.Training.Configuration;

namespace Pipeline.Models.Training.Loop;

/// <summary>Which examples each step sees, and when logs, evaluations and checkpoints are due. Depends only on the step.</summary>
internal sealed class TrainingPlan
{
    private readonly TrainingArguments _arguments;
    private readonly IReadOnlyList<TokenizedExample> _examples;
    private readonly int _count; // examples of an epoch
    private readonly RandomState _orderSeed;
    private readonly RetentionSchedule _retention;
    private (int Epoch, int[] Order, IReadOnlyList<IReadOnlyList<TokenizedExample>> Retention) _order = (-1, [], []);

    public TrainingPlan(TrainingArguments arguments, IReadOnlyList<TokenizedExample> examples, RandomState random,
        IReadOnlyList<TokenizedExample>? retention = null)
    {
        _retention = new RetentionSchedule(arguments.Retention == "none" ? [] : retention ?? [], arguments.ShareOfRetention, random);
        (_arguments, _examples) = (arguments, examples);
        _orderSeed = arguments.DataSeed is { } seed ? new RandomState(seed) : random;
        // The last batch may be smaller, or is left out; one batch there always is.
        _count = arguments.DataloaderDropLast && examples.Count >= arguments.TrainBatchSize
            ? examples.Count / arguments.TrainBatchSize * arguments.TrainBatchSize : examples.Count;
        BatchesPerEpoch = (_count + arguments.TrainBatchSize - 1) / arguments.TrainBatchSize;
        StepsPerEpoch = (BatchesPerEpoch + arguments.GradientAccumulationSteps - 1) / arguments.GradientAccumulationSteps;
        TotalSteps = arguments.MaxSteps > 0 ? arguments.MaxSteps : Math.Max(1, (int)Math.Ceiling(arguments.NumTrainEpochs * StepsPerEpoch));
        (LogEvery, SaveEvery, EvalEvery) = (Every(arguments.LoggingSteps), Every(arguments.SaveSteps), Every(arguments.StepsPerEvaluation));
    }

    /// <summary>Micro-batches per epoch.</summary>
    public int BatchesPerEpoch { get; }

    /// <summary>Steps per epoch; the last one may hold fewer micro-batches.</summary>
    public int StepsPerEpoch { get; }

    /// <summary>Steps of the whole run.</summary>
    public int TotalSteps { get; }

    /// <summary>Steps between log entries.</summary>
    public int LogEvery { get; }

    /// <summary>Steps between checkpoints.</summary>
    public int SaveEvery { get; }

    /// <summary>Steps between evaluations.</summary>
    public int EvalEvery { get; }

    private int UnitsPerStep => _arguments.TrainBatchSize * _arguments.GradientAccumulationSteps;

    /// <summary>The micro-batches of a step, counted from 0; general examples, each a micro-batch of its own, come last.</summary>
    public IReadOnlyList<MicroBatch> BatchesOf(int step)
    {
        int epoch = step / StepsPerEpoch;
        if (_order.Epoch != epoch)
        {
            int[] order = OrderOf(epoch);
            _order = (epoch, order, _retention.OfEpoch(epoch, [.. order.Chunk(UnitsPerStep).Select(units => units.Sum(TokensOf))]));
        }
        int inEpoch = step % StepsPerEpoch;
        return [.. _order.Order.Skip(inEpoch * UnitsPerStep).Take(UnitsPerStep).Chunk(_arguments.TrainBatchSize)
            .Select(rows => new MicroBatch(rows, [.. rows.Select(row => _examples[row])])), .. _order.Retention[inEpoch]
            .Select(example => _arguments.HoldsToBase ? new MicroBatch([], []) { Retained = [example] } : new MicroBatch([], [example]))];
    }

    /// <summary>Epochs completed after this many steps, including the fraction of the current one.</summary>
    public double EpochAfter(int steps)
    {
        int inEpoch = steps % StepsPerEpoch;
        return steps / StepsPerEpoch + (double)(inEpoch * _arguments.GradientAccumulationSteps) / BatchesPerEpoch;
    }

    /// <summary>Whether a log entry is due after this many steps; the end of training has one unless logging is off.</summary>
    public bool LogsAfter(int steps) => Due(_arguments.LoggingStrategy, LogEvery, steps)
        || (steps == 1 && _arguments.LoggingFirstStep) || (steps == TotalSteps && _arguments.LoggingStrategy != "no");

    /// <summary>Whether an evaluation is due.</summary>
    public bool EvaluatesAfter(int steps) => Due(_arguments.EvaluationStrategy, EvalEvery, steps);

    /// <summary>Whether a checkpoint is due; the end of training has one when they are written by steps or epochs.</summary>
    public bool SavesAfter(int steps) =>
        Due(_arguments.SaveStrategy, SaveEvery, steps) || (steps == TotalSteps && _arguments.SaveStrategy is "steps" or "epoch");

    private int[] OrderOf(int epoch)
    {
        if (_arguments.InOrder)
            return [.. Enumerable.Range(0, _count)];
        int[] shuffled = _orderSeed.Permutation(epoch, _examples.Count);
        int[] order = _arguments.ByLength
            ? LengthGroups.Order(shuffled, [.. _examples.Select(example => example.InputIds.Length)], UnitsPerStep) : shuffled;
        return order[.._count];
    }

    private long TokensOf(int row) => _examples[row].InputIds.Length;

    // Below 1 a share of all steps.
    private int Every(double steps) => Math.Max(1, (int)Math.Ceiling(steps < 1 ? TotalSteps * steps : steps));

    private bool Due(string strategy, int every, int steps) => strategy switch
    {
        "steps" => steps % every == 0,
        "epoch" => steps % StepsPerEpoch == 0,
        _ => false,
    };
}
