namespace Pipeline.Data.Entities;

/// <summary>A published adapter, which can be served by name.</summary>
public sealed class Adapter
{
    private Adapter() { }

    /// <summary>An adapter whose folder is in place.</summary>
    /// <param name="name">Unique name to request it by.</param>
    /// <param name="runId">Run that published it.</param>
    /// <param name="trainingId">Training it comes from.</param>
    /// <param name="baseModel">Folder of the base model it belongs to.</param>
    /// <param name="path">Adapter folder.</param>
    /// <param name="template">Chat template it was trained with.</param>
    /// <param name="createdAt">Now.</param>
    public Adapter(string name, Guid runId, Guid trainingId, string baseModel, string path, string template, DateTimeOffset createdAt)
    {
        Id = Guid.CreateVersion7(createdAt);
        Name = name;
        RunId = runId;
        TrainingId = trainingId;
        BaseModel = baseModel;
        Path = path;
        Template = template;
        CreatedAt = createdAt;
    }

    /// <summary>Identity.</summary>
    public Guid Id { get; private init; }
    /// <summary>Unique name to request it by.</summary>
    public string Name { get; private init; } = "";
    /// <summary>Run that published it.</summary>
    public Guid RunId { get; private init; }
    /// <summary>Training it comes from.</summary>
    public Guid TrainingId { get; private init; }
    /// <summary>Folder of the base model it belongs to.</summary>
    public string BaseModel { get; private init; } = "";
    /// <summary>Adapter folder, PEFT layout.</summary>
    public string Path { get; private init; } = "";
    /// <summary>Chat template it was trained with.</summary>
    public string Template { get; private init; } = "";
    /// <summary>When it was published.</summary>
    public DateTimeOffset CreatedAt { get; private init; }
}
