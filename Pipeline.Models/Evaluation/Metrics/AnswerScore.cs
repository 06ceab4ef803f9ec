namespace Pipeline.Models.Evaluation.Metrics;

/// <summary>A reply measured against the right answer. Measures from 0 to 1; with several accepted answers, the best of each.</summary>
/// <param name="IsRight">Whether it counts as right, by the rule of <see cref="AnswerMarking"/>.</param>
/// <param name="IsExact">Equal after SQuAD's normalisation.</param>
/// <param name="HasNumbers">Whether all numbers of the answer stand in it; null where the answer has none.</param>
/// <param name="Contains">Whether the answer stands in it as words of its own.</param>
/// <param name="TokenF1">SQuAD's F1.</param>
/// <param name="RougeL">ROUGE-L's F-measure.</param>
/// <param name="ChrF">chrF.</param>
public sealed record AnswerScore(bool IsRight, bool IsExact, bool? HasNumbers, bool Contains, double TokenF1, double RougeL, double ChrF);
