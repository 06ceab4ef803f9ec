using System.Text.Json.Serialization;

namespace Pipeline.Models.Training.Optimization;

/// <summary>
/// The factor by which float16 training multiplies its loss so that small gradients do not vanish: halved when a gradient
/// overflows, doubled after a long time without overflow. Part of a checkpoint. Reference: PyTorch <c>torch.amp.GradScaler</c>.
/// </summary>
internal sealed record LossScaler
{
    internal const double Growth = 2, Backoff = 0.5;
    internal const int GrowthInterval = 2000; // steps

    // If gradients overflow float16 even unscaled, the scale cannot help.
    private const double Smallest = 1;

    /// <summary>The factor.</summary>
    public double Factor { get; set; } = 65_536;

    /// <summary>Steps since the factor last changed or a gradient last overflowed.</summary>
    public int GoodSteps { get; set; }

    /// <summary>Whether lowering it further is pointless.</summary>
    [JsonIgnore]
    public bool IsExhausted => Factor < Smallest;

    /// <summary>Records a step.</summary>
    /// <param name="overflowed">Whether a gradient was not finite, so that the step was skipped.</param>
    public void Update(bool overflowed)
    {
        if (overflowed)
        {
            (Factor, GoodSteps) = (Factor * Backoff, 0);
            return;
        }
        if (++GoodSteps < GrowthInterval)
            return;
        (Factor, GoodSteps) = (float.IsFinite((float)(Factor * Growth)) ? Factor * Growth : Factor, 0);
    }
}
