namespace Pipeline.Tools.Starter.Figures;

/// <summary>What can be seen in a figure, in words.</summary>
/// <param name="Kind">What it shows.</param>
/// <param name="KindName">The kind as the caption names it, with article.</param>
/// <param name="Content">What is counted, after the kind: "with 5 bars"; empty when nothing is.</param>
/// <param name="Details">Further sentences about colours and directions.</param>
/// <param name="Readings">Further sentences with words that must be read, for example the label of the tallest bar.</param>
/// <param name="Questions">Questions about the figure with their answers.</param>
internal sealed record FigureFacts(
    FigureKind Kind, string KindName, string Content, IReadOnlyList<string> Details, IReadOnlyList<string> Readings,
    IReadOnlyList<(string Question, string Answer)> Questions)
{
    /// <summary>Title drawn above the figure, or null.</summary>
    public string? Title { get; init; }

    /// <summary>The first sentence: kind and count.</summary>
    public string Summary => Content.Length == 0 ? $"{KindName}." : $"{KindName} {Content}.";

    /// <summary>What the caption says before the words that must be read.</summary>
    public string Seen => string.Join(' ', (IEnumerable<string>)[Summary, .. Details]);

    /// <summary>The whole caption.</summary>
    public string Caption => string.Join(' ',
        (IEnumerable<string>)[Seen, .. Readings, .. Title is null ? (string[])[] : [$"The title reads \"{Title}\"."]]);
}
