using Pipeline.Models.Evaluation.Examination;
using Pipeline.Models.Training.Configuration;

namespace Pipeline.Jobs.Evaluate;

/// <summary>An examination to hold.</summary>
/// <param name="BaseModel">Model folder.</param>
/// <param name="Sides">The base, the adapter of the run, and the one in service where there is one.</param>
/// <param name="ExamFile">Questions, as <see cref="ExamFile"/> reads them.</param>
/// <param name="Training">Training settings: the form of the prompt.</param>
/// <param name="Options">How much is asked.</param>
/// <param name="Journal">File that keeps replies until the examination is through.</param>
internal sealed record ExaminationOrder(string BaseModel, IReadOnlyList<ExamSide> Sides, string ExamFile,
    TrainingArguments Training, EvaluationOptions Options, string Journal);
