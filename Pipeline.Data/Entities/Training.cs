namespace Pipeline.Data.Entities;

/// <summary>A finished LoRA training: the adapter's files and what training reported.</summary>
public sealed class Training
{
    /// <summary>Identity.</summary>
    public Guid Id { get; init; } = Guid.CreateVersion7();
    /// <summary>Run that did the work.</summary>
    public Guid RunId { get; init; }
    /// <summary>Hash of dataset, base model and training settings: equal keys give equal adapters.</summary>
    public required string CacheKey { get; init; }
    /// <summary>Relative path to artifact hash (<c>adapter_model.safetensors</c>, …).</summary>
    public Dictionary<string, string> Files { get; init; } = [];
    /// <summary>Folder of the base model.</summary>
    public required string BaseModel { get; init; }
    /// <summary>Optimizer steps.</summary>
    public int Steps { get; init; }
    /// <summary>Loss of the first step.</summary>
    public double FirstLoss { get; init; }
    /// <summary>Loss of the last step.</summary>
    public double LastLoss { get; init; }
    /// <summary>Parameters of the adapter.</summary>
    public long TrainableParameters { get; init; }
    /// <summary>Parameters of base model and adapter.</summary>
    public long AllParameters { get; init; }
    /// <summary>Duration, all attempts together.</summary>
    public double Seconds { get; init; }
    /// <summary>When it ended.</summary>
    public DateTimeOffset CreatedAt { get; init; }
}
