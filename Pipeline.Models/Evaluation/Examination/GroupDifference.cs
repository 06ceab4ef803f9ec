using Pipeline.Models.Evaluation.Statistics;

namespace Pipeline.Models.Evaluation.Examination;

/// <summary>A comparison over the questions of one document or one type.</summary>
/// <param name="Name">File name or type; empty where it is not known.</param>
/// <param name="Difference">The comparison.</param>
public sealed record GroupDifference(string Name, PairedDifference Difference);
