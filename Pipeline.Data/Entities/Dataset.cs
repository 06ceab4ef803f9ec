namespace Pipeline.Data.Entities;

/// <summary>Instruction examples of one run, or imported by a user.</summary>
public sealed class Dataset
{
    private Dataset() { }

    /// <summary>A dataset whose files are in the artifact store.</summary>
    /// <param name="runId">Run that made it, or null when imported.</param>
    /// <param name="name">Its name in <c>dataset_info.json</c>.</param>
    /// <param name="contentKey">Hash over the files: equal keys are equal datasets.</param>
    /// <param name="files">File name to artifact hash.</param>
    /// <param name="trainExamples">Examples to train on.</param>
    /// <param name="evalExamples">Held-out examples.</param>
    /// <param name="createdAt">Now.</param>
    public Dataset(Guid? runId, string name, string contentKey, Dictionary<string, string> files, int trainExamples, int evalExamples,
        DateTimeOffset createdAt)
    {
        Id = Guid.CreateVersion7(createdAt);
        RunId = runId;
        Name = name;
        ContentKey = contentKey;
        Files = files;
        TrainExamples = trainExamples;
        EvalExamples = evalExamples;
        CreatedAt = createdAt;
    }

    /// <summary>Identity.</summary>
    public Guid Id { get; private init; }
    /// <summary>Run that made it.</summary>
    public Guid? RunId { get; private init; }
    /// <summary>Its name in <c>dataset_info.json</c>.</summary>
    public string Name { get; private init; } = "";
    /// <summary>Hash over the files.</summary>
    public string ContentKey { get; private init; } = "";
    /// <summary>File name to artifact hash.</summary>
    public Dictionary<string, string> Files { get; private init; } = [];
    /// <summary>Examples to train on.</summary>
    public int TrainExamples { get; private init; }
    /// <summary>Held-out examples.</summary>
    public int EvalExamples { get; private init; }
    /// <summary>When it was made.</summary>
    public DateTimeOffset CreatedAt { get; private init; }
    /// <summary>Version that a person changed into this one, or null.</summary>
    public Guid? ParentId { get; init; }
    /// <summary>Who closed the draft it was made from; null for a run's own.</summary>
    public string? Author { get; init; }
    /// <summary>What came of everything that went in, as JSON; null for datasets of earlier versions.</summary>
    public string? Funnel { get; init; }
}
