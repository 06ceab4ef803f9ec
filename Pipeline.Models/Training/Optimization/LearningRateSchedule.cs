using System.Globalization;
using Pipeline.Models.Training.Configuration;

namespace Pipeline.Models.Training.Optimization;

/// <summary>Learning rate at each step. Reference: transformers <c>optimization.py</c>.</summary>
internal sealed class LearningRateSchedule
{
    // What lr_scheduler_kwargs may hold, by type; the others accept nothing.
    private static readonly Dictionary<string, string[]> Settings = new(StringComparer.Ordinal)
    {
        ["cosine"] = ["num_cycles"],
        ["cosine_with_restarts"] = ["num_cycles"],
        ["cosine_with_min_lr"] = ["num_cycles", "min_lr", "min_lr_rate"],
        ["cosine_warmup_with_min_lr"] = ["num_cycles", "min_lr", "min_lr_rate", "warmup_lr_rate"],
        ["polynomial"] = ["lr_end", "power"],
        ["warmup_stable_decay"] = ["num_decay_steps", "num_stable_steps", "warmup_type", "decay_type", "min_lr_ratio", "num_cycles"],
    };

    private static readonly string[] Curves = ["linear", "cosine", "1-sqrt"];

    private readonly TrainingArguments _arguments;
    private readonly double _peak;
    private readonly int _total;
    private readonly int _warmup;

    /// <param name="arguments">Type, highest rate and warm-up.</param>
    /// <param name="totalSteps">Steps of the whole run.</param>
    public LearningRateSchedule(TrainingArguments arguments, int totalSteps)
    {
        (_arguments, _peak, _total) = (arguments, arguments.LearningRate, totalSteps);
        // Below 1 a share, as transformers 5 reads it.
        _warmup = arguments.WarmupSteps >= 1 ? (int)arguments.WarmupSteps
            : (int)Math.Ceiling(totalSteps * (arguments.WarmupSteps > 0 ? arguments.WarmupSteps : arguments.WarmupRatio));
    }

    /// <summary>What is wrong with the settings of a schedule.</summary>
    public static IEnumerable<SettingFault> Faults(TrainingArguments a)
    {
        string type = a.LrSchedulerType;
        string[] known = Settings.GetValueOrDefault(type, []);
        foreach ((string key, string value) in a.LrSchedulerKwargs)
        {
            if (!known.Contains(key))
                yield return new("lr_scheduler_kwargs",
                    $"{type} takes no '{key}'; {(known.Length == 0 ? "it takes nothing" : "it takes " + string.Join(", ", known))}");
            else if (key.EndsWith("_type", StringComparison.Ordinal) && !Curves.Contains(value))
                yield return new("lr_scheduler_kwargs", $"{key}: '{value}' is not computed; use {string.Join(" or ", Curves)}");
            else if (!key.EndsWith("_type", StringComparison.Ordinal)
                && (Parse(value) is not { } number || !double.IsFinite(number) || number < 0))
                yield return new("lr_scheduler_kwargs", $"{key}: '{value}' is not a number from 0");
        }
        if (type is "cosine_with_min_lr" or "cosine_warmup_with_min_lr"
            && a.LrSchedulerKwargs.ContainsKey("min_lr") == a.LrSchedulerKwargs.ContainsKey("min_lr_rate"))
            yield return new("lr_scheduler_kwargs", $"{type} needs min_lr or min_lr_rate, and not both");
        if (a.LrSchedulerKwargs.TryGetValue("min_lr", out string? lowest) && !(a.LearningRate > 0 && Parse(lowest) <= a.LearningRate))
            yield return new("lr_scheduler_kwargs", "min_lr must not be more than learning_rate");
        if (type == "warmup_stable_decay" && !a.LrSchedulerKwargs.ContainsKey("num_decay_steps"))
            yield return new("lr_scheduler_kwargs", "warmup_stable_decay needs num_decay_steps");
        if (type == "polynomial" && Parse(a.LrSchedulerKwargs.GetValueOrDefault("lr_end", "1e-7")) >= a.LearningRate)
            yield return new("lr_scheduler_kwargs", "lr_end must be less than learning_rate");
    }

    /// <summary>Learning rate at a step, counted from 0.</summary>
    public double At(int step) => _peak * Factor(step);

    private double Factor(int step) => _arguments.LrSchedulerType switch
    {
        "constant" => 1,
        "cosine_warmup_with_min_lr" => RaisedCosine(step),
        "warmup_stable_decay" => StableDecay(step),
        _ when step < _warmup => step / (double)Math.Max(1, _warmup),
        "linear" => Math.Max(0, (_total - step) / (double)Math.Max(1, _total - _warmup)),
        "cosine" => Math.Max(0, Cosine(Setting("num_cycles", 0.5) * 2 * Progress(step))),
        "cosine_with_restarts" => Progress(step) >= 1 ? 0 : Math.Max(0, Cosine(Setting("num_cycles", 1) * Progress(step) % 1)),
        "cosine_with_min_lr" => Math.Max(0, AtLeast(Cosine(Setting("num_cycles", 0.5) * 2 * Progress(step)), LowestRate)),
        "polynomial" => Polynomial(step),
        "inverse_sqrt" => InverseSquareRoot(step),
        _ => 1,
    };

    // Fraction of the way from the end of warm-up to the last step.
    private double Progress(int step) => (step - _warmup) / (double)Math.Max(1, _total - _warmup);

    private double LowestRate =>
        _arguments.LrSchedulerKwargs.ContainsKey("min_lr") ? Setting("min_lr", 0) / _peak : Setting("min_lr_rate", 0);

    private double Polynomial(int step)
    {
        double end = Setting("lr_end", 1e-7) / _peak;
        return step > _total ? end : (1 - end) * Math.Pow(1 - Progress(step), Setting("power", 1)) + end;
    }

    private double InverseSquareRoot(int step)
    {
        int timescale = _warmup > 0 ? _warmup : 10_000;
        return 1 / Math.Sqrt((step + timescale - _warmup) / (double)timescale);
    }

    // Its steps are counted from 1, unlike those of the other types.
    private double RaisedCosine(int step)
    {
        if (step >= _warmup)
            return Math.Max(0, AtLeast(Cosine(Setting("num_cycles", 0.5) * 2 * (step - _warmup + 1) / Math.Max(1, _total - _warmup)),
                LowestRate));
        if (!_arguments.LrSchedulerKwargs.ContainsKey("warmup_lr_rate"))
            return (step + 1) / (double)Math.Max(1, _warmup);
        double first = Setting("warmup_lr_rate", 0);
        return first + (1 - first) * step / Math.Max(1, _warmup - 1);
    }

    private double StableDecay(int step)
    {
        double lowest = Setting("min_lr_ratio", 0);
        int decay = (int)Setting("num_decay_steps", 0);
        int stable = (int)Setting("num_stable_steps", _total - _warmup - decay);
        if (step < _warmup)
            return Math.Max(0, AtLeast(Rise(step / (double)Math.Max(1, _warmup)), lowest));
        if (step < _warmup + stable)
            return 1;
        return step < _warmup + stable + decay
            ? Math.Max(0, AtLeast(Fall((step - _warmup - stable) / (double)Math.Max(1, decay)), lowest)) : lowest;
    }

    private double Rise(double progress) => _arguments.LrSchedulerKwargs.GetValueOrDefault("warmup_type", "linear") switch
    {
        "cosine" => 0.5 * (1 - Math.Cos(Math.PI * progress)),
        "1-sqrt" => 1 - Math.Sqrt(1 - progress),
        _ => progress,
    };

    private double Fall(double progress) => _arguments.LrSchedulerKwargs.GetValueOrDefault("decay_type", "cosine") switch
    {
        "linear" => 1 - progress,
        "1-sqrt" => 1 - Math.Sqrt(progress),
        _ => Cosine(Setting("num_cycles", 0.5) * 2 * progress),
    };

    private static double Cosine(double turn) => 0.5 * (1 + Math.Cos(Math.PI * turn));

    private static double AtLeast(double factor, double lowest) => factor * (1 - lowest) + lowest;

    private double Setting(string key, double fallback) =>
        _arguments.LrSchedulerKwargs.TryGetValue(key, out string? text) ? Parse(text) ?? fallback : fallback;

    private static double? Parse(string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) ? number : null;
}
