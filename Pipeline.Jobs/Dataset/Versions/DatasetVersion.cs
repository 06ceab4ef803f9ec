namespace Pipeline.Jobs.Dataset.Versions;

/// <summary>A version of a dataset: it never changes.</summary>
/// <param name="Id">The version.</param>
/// <param name="Name">Name of its dataset.</param>
/// <param name="ContentKey">Hash over its content, by which it is known.</param>
/// <param name="RunId">Run that made it, or null.</param>
/// <param name="ParentId">Version that a person changed into it, or null.</param>
/// <param name="Author">Who closed the draft it was made from, or null.</param>
/// <param name="TrainExamples">Examples to train on.</param>
/// <param name="EvalExamples">Held-out examples.</param>
/// <param name="CreatedAt">When it was made.</param>
public sealed record DatasetVersion(Guid Id, string Name, string ContentKey, Guid? RunId, Guid? ParentId, string? Author,
    int TrainExamples, int EvalExamples, DateTimeOffset CreatedAt)
{
    internal static DatasetVersion Of(Data.Entities.Dataset d) =>
        new(d.Id, d.Name, d.ContentKey, d.RunId, d.ParentId, d.Author, d.TrainExamples, d.EvalExamples, d.CreatedAt);
}
