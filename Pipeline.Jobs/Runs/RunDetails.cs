using System.Text.Json;

namespace Pipeline.Jobs.Runs;

/// <summary>Everything about one run except its long lists.</summary>
/// <param name="Summary">State and results so far.</param>
/// <param name="SourceFolder">Folder of its documents, or null when they were uploaded.</param>
/// <param name="Options">All settings it was started with.</param>
/// <param name="CreatedAt">When it was accepted.</param>
/// <param name="StartedAt">When work began.</param>
/// <param name="FinishedAt">When it ended.</param>
/// <param name="ScheduleId">Schedule that started it.</param>
/// <param name="DatasetId">Its dataset.</param>
/// <param name="TrainingId">Its training.</param>
/// <param name="EvaluationId">Its evaluation.</param>
/// <param name="AdapterId">Its adapter.</param>
/// <param name="Stages">Items per stage and state.</param>
public sealed record RunDetails(
    RunSummary Summary, string? SourceFolder, JsonElement Options,
    DateTimeOffset CreatedAt, DateTimeOffset? StartedAt, DateTimeOffset? FinishedAt, Guid? ScheduleId,
    Guid? DatasetId, Guid? TrainingId, Guid? EvaluationId, Guid? AdapterId, IReadOnlyList<StageCounts> Stages);
