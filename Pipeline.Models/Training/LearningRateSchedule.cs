namespace Pipeline.Models.Training;

/// <summary>Learning rate of every step. Reference: transformers <c>optimization.py</c>.</summary>
internal sealed class LearningRateSchedule
{
    private readonly string _type;
    private readonly double _peak;
    private readonly int _total;
    private readonly int _warmup;

    /// <param name="arguments">Type, highest rate and warm-up.</param>
    /// <param name="totalSteps">Steps of the whole training.</param>
    public LearningRateSchedule(TrainingArguments arguments, int totalSteps)
    {
        (_type, _peak, _total) = (arguments.LrSchedulerType, arguments.LearningRate, totalSteps);
        _warmup = arguments.WarmupSteps > 0 ? arguments.WarmupSteps : (int)Math.Ceiling(totalSteps * arguments.WarmupRatio);
    }

    /// <summary>Rate of a step, counted from 0.</summary>
    public double At(int step)
    {
        if (_type != "constant" && step < _warmup)
            return _peak * step / Math.Max(1, _warmup);
        double left = Math.Max(0.0, (double)(_total - step) / Math.Max(1, _total - _warmup));
        return _type switch
        {
            "linear" => _peak * left,
            "cosine" => _peak * 0.5 * (1 + Math.Cos(Math.PI * (1 - left))),
            _ => _peak,
        };
    }
}
