using Pipeline.Tools.Starter.Figures;


namespace Pipeline.Tools.Starter.Vision;

/// <summary>How many captions of held-out figures name the right kind, count, details and words.</summary>
internal sealed record VisionMeasurement(int Figures, int Kinds, int Counted, int Counts, int Detailed, int Details, int Worded, int Words)
{
    /// <summary>Compares captions with what was drawn, word for word.</summary>
    public static VisionMeasurement Of(IEnumerable<(FigureFacts Facts, string Caption)> captions)
    {
        VisionMeasurement sum = new(0, 0, 0, 0, 0, 0, 0, 0);
        foreach ((FigureFacts facts, string caption) in captions)
        {
            bool isCounted = facts.Kind != FigureKind.Photo;
            sum = new VisionMeasurement(
                sum.Figures + 1, sum.Kinds + One(caption.StartsWith(facts.KindName + " ", StringComparison.Ordinal)),
                sum.Counted + One(isCounted), sum.Counts + One(isCounted && caption.StartsWith(facts.Summary, StringComparison.Ordinal)),
                sum.Detailed + facts.Details.Count, sum.Details
                + facts.Details.Count(detail => caption.Contains(detail, StringComparison.Ordinal)),
                sum.Worded + facts.Readings.Count + One(facts.Title is not null),
                sum.Words + facts.Readings.Count(reading => caption.Contains(reading, StringComparison.Ordinal))
                    + One(facts.Title is not null && caption.Contains($"\"{facts.Title}\"", StringComparison.Ordinal)));
        }
        return sum;
    }

    private static int One(bool condition) => condition ? 1 : 0;
}
