using Microsoft.Extensions.AI;
using Pipeline.Jobs.Dataset.Writing.Calls;
using Pipeline.Jobs.Dataset.Writing.Endpoints;
using Pipeline.Models;

namespace Pipeline.Jobs.Dataset.Writing;

/// <summary>The models that can write rows, behind the cache.</summary>
internal sealed class RowModels(EndpointChatClients clients, ICallStore store, TimeProvider time)
{
    /// <summary>The model of the endpoint that a run names.</summary>
    /// <param name="options">The run's settings; <see cref="WritingOptions.Endpoint"/> names an endpoint of the operator.</param>
    /// <param name="budget">Tokens that may be used.</param>
    /// <exception cref="InputException">There is no such endpoint, or its settings cannot be used.</exception>
    public IRowModel OfEndpoint(WritingOptions options, TokenBudget budget)
    {
        (IChatClient client, EndpointOptions endpoint) = clients.Of(options.Endpoint ?? "");
        return new ChunkWriter(new CachedCalls(ModelWriter.Of(client, endpoint), store, budget, time), options);
    }

    /// <summary>The run's own base model, which the caller loaded and keeps.</summary>
    public IRowModel OfBase(WritingOptions options, LanguageModelChatClient model, TokenBudget budget) =>
        new ChunkWriter(new CachedCalls(ModelWriter.Of(model), store, budget, time), options);
}
