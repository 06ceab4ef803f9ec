namespace Pipeline.Data;

/// <summary>Name of this process in claims and logs, unique per process start.</summary>
public sealed record WorkerName(string Value)
{
    /// <summary>Host, process id and a random part, since containers share process ids.</summary>
    public WorkerName() : this($"{Environment.MachineName}:{Environment.ProcessId}:{Guid.NewGuid().ToString("N")[..6]}") { }

    /// <inheritdoc />
    public override string ToString() => Value;
}
