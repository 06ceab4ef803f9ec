using Pipeline.Data.Entities;

namespace Pipeline.Data.Stages;

/// <summary>A stage was requested that this program does not have; an item of it was made by another version.</summary>
public sealed class UnknownStageException(Stage stage, IEnumerable<Stage> known)
    : Exception($"there is no stage '{stage.SnakeName}'; expected one of {string.Join(", ", known.Select(s => s.SnakeName))}");
