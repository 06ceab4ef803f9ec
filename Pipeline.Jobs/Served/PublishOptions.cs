using System.ComponentModel.DataAnnotations;

namespace Pipeline.Jobs.Served;

/// <summary>Whether and when a run's adapter takes over a stable name. Section <c>publish</c> of a run.</summary>
public sealed record PublishOptions
{
    /// <summary>
    /// Stable name that clients request, served by the run's adapter if it is good enough. Null: a scheduled run takes the
    /// schedule's name; other runs promote nothing.
    /// </summary>
    [RegularExpression("[a-z0-9]+(-[a-z0-9]+)*",
        ErrorMessage = "expected lower-case letters and digits with single hyphens between, such as 'pump-manuals'"), StringLength(60)]
    public string? PromoteAs { get; init; }

    /// <summary>
    /// What the lower bound of the gain must exceed, as a share of the questions of the examination (0.01 is one point): over the base
    /// model, and over the adapter that serves the name where there is one.
    /// </summary>
    [Range(0, 0.9)] public double PromotionMargin { get; init; }
}
