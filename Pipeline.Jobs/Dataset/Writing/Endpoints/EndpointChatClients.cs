using System.Collections.Concurrent;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging;
using Pipeline.Models;

namespace Pipeline.Jobs.Dataset.Writing.Endpoints;

/// <summary>The clients of this process, one per endpoint, so that its limit of calls at a time holds over all jobs.</summary>
internal sealed class EndpointChatClients(EndpointCatalog catalog, TimeProvider time, ILogger<EndpointChatClients> logger) : IDisposable
{
    private readonly ConcurrentDictionary<string, Lazy<Connection>> _clients = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>The client of an endpoint, with its settings.</summary>
    /// <exception cref="InputException">No endpoint has that name, or its settings cannot be used.</exception>
    public (IChatClient Client, EndpointOptions Endpoint) Of(string name)
    {
        if (!_clients.TryGetValue(name, out Lazy<Connection>? connection))
        {
            EndpointOptions endpoint = catalog.Find(name);          // a fault is not remembered: a key file may be mended
            connection = _clients.GetOrAdd(name, new Lazy<Connection>(() => Connect(endpoint)));
        }
        return (connection.Value.Client, connection.Value.Endpoint);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (Lazy<Connection> connection in _clients.Values.Where(c => c.IsValueCreated))
        {
            connection.Value.Client.Dispose();
            connection.Value.Http.Dispose();
        }
    }

    private Connection Connect(EndpointOptions endpoint)
    {
        HttpClient http = new(new BoundedReplies(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,          // a key goes to the address that the operator wrote, and nowhere else
            UseCookies = false,
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            ConnectTimeout = TimeSpan.FromSeconds(15),
        }))
        { Timeout = Timeout.InfiniteTimeSpan };
        foreach ((string name, string value) in endpoint.Headers) http.DefaultRequestHeaders.TryAddWithoutValidation(name, value);
        return new Connection(new EndpointChatClient(endpoint, http, time, logger), http, endpoint);
    }

    private sealed record Connection(EndpointChatClient Client, HttpClient Http, EndpointOptions Endpoint);
}
