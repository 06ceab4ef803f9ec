namespace Pipeline.Jobs.Dataset.Writing.Endpoints;

/// <summary>
/// A server that speaks OpenAI's chat protocol, as the operator defines it in the configuration section <c>Endpoints:NAME</c>.
/// Its text form names no key.
/// </summary>
internal sealed class EndpointOptions
{
    /// <summary>Name that runs use.</summary>
    public required string Name { get; init; }

    /// <summary>Address up to and with <c>/v1</c>, http or https.</summary>
    public required Uri Url { get; init; }

    /// <summary>Name of the model there.</summary>
    public required string Model { get; init; }

    /// <summary>Key sent as bearer token; null for servers that ask for none.</summary>
    public string? ApiKey { get; init; }

    /// <summary>Calls at a time of one process.</summary>
    public int Concurrency { get; init; } = 4;

    /// <summary>Longest wait for a whole reply.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(180);

    /// <summary>Tries after the first one, where waiting may help.</summary>
    public int Retries { get; init; } = 6;

    /// <summary>Longest reply in tokens.</summary>
    public int MaxTokens { get; init; } = 4096;

    /// <summary>Temperature of the draws; null leaves it to the server.</summary>
    public double? Temperature { get; init; } = 0.2;

    /// <summary>Draws from the likeliest tokens that reach this probability together; null leaves it to the server.</summary>
    public double? TopP { get; init; }

    /// <summary>Seed of the draws, for servers that know one.</summary>
    public long? Seed { get; init; } = 42;

    /// <summary>Whether JSON is asked for by the protocol too; a server that refuses that is not asked again.</summary>
    public bool JsonMode { get; init; } = true;

    /// <summary>Whether prompts ask for plain lines, which small models manage, instead of JSON.</summary>
    public bool Lines { get; init; }

    /// <summary>Further headers of every request.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; } = [];

    /// <summary>How errors name a setting of it.</summary>
    public string Setting(string key) => $"{EndpointCatalog.Section}:{Name}:{key}";

    /// <inheritdoc/>
    public override string ToString() => $"{Name} ({Model})";
}
