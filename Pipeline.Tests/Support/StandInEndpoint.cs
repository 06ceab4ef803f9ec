using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Pipeline.Tests;

/// <summary>
/// A server that speaks the chat protocol of OpenAI and answers as a good model would that knows planted facts; what it does wrong, and
/// when, is the test's choice. Real HTTP on a free port.
/// </summary>
public sealed class StandInEndpoint : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly CancellationTokenSource _ends = new();
    private readonly ConcurrentQueue<StandInCall> _calls = [];
    private int _received;
    private int _running;

    private StandInEndpoint(WebApplication app, StandInReplies replies)
    {
        _app = app;
        Replies = replies;
        app.MapPost("/v1/chat/completions", AnswerAsync);
    }

    /// <summary>Address for <c>Endpoints:NAME:Url</c>.</summary>
    public string Url => $"{_app.Urls.Single()}/v1";

    /// <summary>What it knows.</summary>
    public StandInReplies Replies { get; }

    /// <summary>Decides what goes wrong in a call; nothing by default.</summary>
    public Func<StandInCall, StandInFault> Fault { get; set; } = _ => StandInFault.None;

    /// <summary>Answers instead of the stand-in, or null; for tests with replies of their own.</summary>
    public Func<StandInCall, string?> Reply { get; set; } = _ => null;

    /// <summary>Parameters that are refused by name, such as <c>response_format</c>.</summary>
    public string[] Refuses { get; set; } = [];

    /// <summary>Value of Retry-After in seconds.</summary>
    public int RetryAfter { get; set; } = 7;

    /// <summary>Held up until this is done; for tests of concurrency.</summary>
    public Func<StandInCall, Task> Before { get; set; } = _ => Task.CompletedTask;

    /// <summary>Calls so far, those that went wrong included.</summary>
    public IReadOnlyList<StandInCall> Calls => [.. _calls];

    /// <summary>Most calls at a time so far.</summary>
    public int MostAtATime { get; private set; }

    /// <summary>Starts one.</summary>
    public static async Task<StandInEndpoint> StartAsync(IReadOnlyList<PlantedFact>? facts = null)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0").ConfigureKestrel(kestrel => kestrel.AddServerHeader = false);
        StandInEndpoint endpoint = new(builder.Build(), new StandInReplies(facts ?? []));
        await endpoint._app.StartAsync();
        return endpoint;
    }

    /// <summary>Settings of an endpoint with a name.</summary>
    public (string Key, string Value)[] Settings(string name, params (string Key, string Value)[] more) =>
        [.. new (string, string)[] { ($"Endpoints:{name}:Url", Url), ($"Endpoints:{name}:Model", "stand-in") }
            .Concat(more.Select(m => ($"Endpoints:{name}:{m.Key}", m.Value)))];

    private async Task AnswerAsync(HttpContext http)
    {
        using StreamReader reader = new(http.Request.Body);
        string body = await reader.ReadToEndAsync(http.RequestAborted);
        JsonNode request = JsonNode.Parse(body)!;
        string prompt = TextOf(request["messages"]!.AsArray()[^1]!["content"]);
        StandInCall call = new(Interlocked.Increment(ref _received) - 1, StandInReplies.PurposeOf(prompt), prompt, body,
            http.Request.Headers.Authorization.ToString());
        _calls.Enqueue(call);
        int running = Interlocked.Increment(ref _running);
        lock (_calls) MostAtATime = Math.Max(MostAtATime, running);
        try
        {
            await Before(call);
            if (Refuses.FirstOrDefault(name => request[name] is not null) is { } refused)
                await ErrorAsync(http, 400, $"Unsupported parameter: '{refused}' is not supported with this model.");
            else
                await AnswerAsync(http, call, Fault(call));
        }
        finally
        {
            Interlocked.Decrement(ref _running);
        }
    }

    private async Task AnswerAsync(HttpContext http, StandInCall call, StandInFault fault)
    {
        switch (fault)
        {
            case StandInFault.TooManyRequests:
                http.Response.Headers.RetryAfter = RetryAfter.ToString(CultureInfo.InvariantCulture);
                await ErrorAsync(http, 429, "Rate limit reached");
                return;
            case StandInFault.ServerError:
                await ErrorAsync(http, 500, "The server had an error");
                return;
            case StandInFault.TooLong:
                await ErrorAsync(http, 400, "This model's maximum context length is 2048 tokens");
                return;
            case StandInFault.Unauthorized:
                await ErrorAsync(http, 401, $"Incorrect API key provided: {call.Authorization}");
                return;
            case StandInFault.NotFound:
                await ErrorAsync(http, 404, "The model `stand-in` does not exist");
                return;
            case StandInFault.Stall:
                using (CancellationTokenSource gone = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, _ends.Token))
                    await Task.Delay(Timeout.Infinite, gone.Token).ContinueWith(_ => { }, TaskScheduler.Default);
                http.Abort();
                return;
        }
        string text = Reply(call) ?? Replies.Of(call, fault);
        JsonObject reply = new()
        {
            ["id"] = $"chatcmpl-{call.Number}",
            ["object"] = "chat.completion",
            ["created"] = 1_700_000_000,
            ["model"] = "stand-in",
            ["choices"] = new JsonArray(new JsonObject
            {
                ["index"] = 0,
                ["message"] = new JsonObject { ["role"] = "assistant", ["content"] = text },
                ["finish_reason"] = fault == StandInFault.CutJson ? "length" : "stop",
            }),
            ["usage"] = new JsonObject
            {
                ["prompt_tokens"] = call.Prompt.Length / 4,
                ["completion_tokens"] = text.Length / 4,
                ["total_tokens"] = call.Prompt.Length / 4 + text.Length / 4,
            },
        };
        byte[] bytes = JsonSerializer.SerializeToUtf8Bytes(reply);
        http.Response.ContentType = "application/json";
        http.Response.ContentLength = bytes.Length;
        if (fault == StandInFault.ConnectionCut)
        {
            await http.Response.Body.WriteAsync(bytes.AsMemory(0, bytes.Length / 2));
            await http.Response.Body.FlushAsync();
            http.Abort();
            return;
        }
        await http.Response.Body.WriteAsync(bytes);
    }

    private static Task ErrorAsync(HttpContext http, int status, string message)
    {
        http.Response.StatusCode = status;
        http.Response.ContentType = "application/json";
        return http.Response.WriteAsync(new JsonObject
        {
            ["error"] = new JsonObject { ["message"] = message, ["type"] = "error", ["code"] = null },
        }.ToJsonString());
    }

    private static string TextOf(JsonNode? content) => content is JsonArray parts
        ? string.Concat(parts.Select(part => part!["text"]?.GetValue<string>())) : content!.GetValue<string>();

    public async ValueTask DisposeAsync()
    {
        await _ends.CancelAsync();
        await _app.StopAsync(CancellationToken.None);
        await _app.DisposeAsync();
        _ends.Dispose();
    }
}
