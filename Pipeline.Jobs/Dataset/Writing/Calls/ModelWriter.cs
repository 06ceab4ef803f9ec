using Microsoft.Extensions.AI;
using Pipeline.Jobs.Dataset.Writing.Endpoints;

namespace Pipeline.Jobs.Dataset.Writing.Calls;

/// <summary>A model that can be asked, and how it is sampled.</summary>
/// <param name="Client">Where it answers; not disposed by those that use it.</param>
/// <param name="Model">Its name in the cache and in the rows it writes.</param>
internal sealed record ModelWriter(IChatClient Client, string Model)
{
    /// <summary>Longest reply in tokens.</summary>
    public int MaxTokens { get; init; } = 4096;

    /// <summary>Temperature; null leaves it to the model.</summary>
    public double? Temperature { get; init; }

    /// <summary>Top-p; null leaves it to the model.</summary>
    public double? TopP { get; init; }

    /// <summary>Seed; null leaves it to the model.</summary>
    public long? Seed { get; init; }

    /// <summary>Whether prompts ask for plain lines, which small models manage, instead of JSON.</summary>
    public bool Lines { get; init; }

    /// <summary>The model of an endpoint.</summary>
    public static ModelWriter Of(IChatClient client, EndpointOptions endpoint) => new(client, endpoint.Model)
    {
        MaxTokens = endpoint.MaxTokens,
        Temperature = endpoint.Temperature,
        TopP = endpoint.TopP,
        Seed = endpoint.Seed,
        Lines = endpoint.Lines,
    };

    /// <summary>The run's own base model.</summary>
    public static ModelWriter Of(LanguageModelChatClient model) => new(model, model.ModelName)
    {
        MaxTokens = 1024,
        Temperature = 0,
        Lines = model.IsSmall,
    };
}
