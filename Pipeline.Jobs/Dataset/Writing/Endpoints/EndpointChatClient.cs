using System.ClientModel;
using System.ClientModel.Primitives;
using System.Globalization;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging;
using OpenAI;
using OpenAI.Chat;
using Pipeline.Models;
using ChatMessage = Microsoft.Extensions.AI.ChatMessage;

namespace Pipeline.Jobs.Dataset.Writing.Endpoints;

/// <summary>
/// One endpoint of the operator. Limits calls at a time, waits at most the endpoint's timeout for a reply, and tries again with growing
/// pauses where that may help. Safe for concurrent use.
/// </summary>
internal sealed class EndpointChatClient : DelegatingChatClient
{
    private const int DeadAfter = 3;                // calls in a row that failed for good: the endpoint is down, not one prompt odd
    private const int ShortestReply = 256;          // tokens; less holds no row
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan LongestAsked = TimeSpan.FromMinutes(5);
    private readonly EndpointOptions _endpoint;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly SemaphoreSlim _turns;
    private readonly EndpointDialect _dialect;
    private int _failedInRow;

    /// <param name="endpoint">The operator's settings.</param>
    /// <param name="http">Transport; its own timeout must be off.</param>
    /// <param name="time">Clock of pauses and timeouts.</param>
    /// <param name="logger">For retries.</param>
    public EndpointChatClient(EndpointOptions endpoint, HttpClient http, TimeProvider time, ILogger logger)
        : base(Connect(endpoint, http))
    {
        _endpoint = endpoint;
        _time = time;
        _logger = logger;
        _turns = new SemaphoreSlim(endpoint.Concurrency);
        _dialect = new EndpointDialect(endpoint.JsonMode);
    }

    /// <summary>Asks, as often as it takes within the endpoint's limits.</summary>
    /// <exception cref="InputException">The endpoint refuses settings: address, model or key. No call of it can succeed.</exception>
    /// <exception cref="ModelCallException">This call failed for good.</exception>
    /// <exception cref="IOException">Several calls in a row failed for good: the endpoint is down. Worth trying later.</exception>
    /// <inheritdoc/>
    public override async Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        ChatMessage[] asked = [.. messages];
        ChatOptions settings = options?.Clone() ?? new ChatOptions();
        await _turns.WaitAsync(cancellationToken);
        try
        {
            for (int failed = 0; ;)
            {
                CallFailure failure;
                try
                {
                    ChatResponse response = await AskAsync(asked, settings, cancellationToken);
                    Volatile.Write(ref _failedInRow, 0);
                    return response;
                }
                catch (Exception e) when (!cancellationToken.IsCancellationRequested)
                {
                    failure = CallFailure.Of(e, _endpoint, _time);
                }
                if (failure.Refused is { } body && _dialect.Learn(body)) continue;
                if (failure.IsTooLong && settings.MaxOutputTokens is >= 2 * ShortestReply)
                {
                    settings.MaxOutputTokens /= 2;          // some servers count the longest reply as if it were written
                    continue;
                }
                if (failure.Setting is { } fault) throw new SettingsException([fault], inner: failure.Cause);
                if (!failure.MayPass)
                    throw new ModelCallException(failure.Message, failure.Cause);
                if (++failed > _endpoint.Retries) throw Exhausted(failure, failed);
                TimeSpan pause = PauseAfter(failed, failure.RetryAfter);
                JobsLog.EndpointRetried(_logger, _endpoint.Name, failed, pause.TotalSeconds, failure.Message);
                await Task.Delay(pause, _time, cancellationToken);
            }
        }
        finally
        {
            _turns.Release();
        }
    }

    private async Task<ChatResponse> AskAsync(ChatMessage[] messages, ChatOptions options, CancellationToken ct)
    {
        using CancellationTokenSource stall = new(_endpoint.Timeout, _time);
        using CancellationTokenSource both = CancellationTokenSource.CreateLinkedTokenSource(ct, stall.Token);
        try
        {
            return await base.GetResponseAsync(messages, InDialect(options), both.Token);
        }
        catch (Exception e) when (stall.IsCancellationRequested && !ct.IsCancellationRequested)
        {
            throw new TimeoutException(string.Create(CultureInfo.InvariantCulture,
                $"no answer within {_endpoint.Timeout.TotalSeconds} seconds ({_endpoint.Setting("Timeout")})"), e);
        }
    }

    private ChatOptions InDialect(ChatOptions options)
    {
        ChatOptions sent = options.Clone();
        if (!_dialect.JsonMode) sent.ResponseFormat = null;
        if (!_dialect.Seed) sent.Seed = null;
        if (!_dialect.Sampling) (sent.Temperature, sent.TopP) = (null, null);
        if (!_dialect.NewLimitName && sent.MaxOutputTokens is { } most)
        {
            sent.MaxOutputTokens = null;
            sent.RawRepresentationFactory = _ =>
            {
                ChatCompletionOptions raw = new();
#pragma warning disable SCME0001 // the only way to send the older name, which every server knows
                raw.Patch.Set("$.max_tokens"u8, most);
#pragma warning restore SCME0001
                return raw;
            };
        }
        return sent;
    }

    private Exception Exhausted(CallFailure failure, int tries)
    {
        string message = $"{failure.Message}, {tries} times in a row";
        return Interlocked.Increment(ref _failedInRow) >= DeadAfter
            ? new IOException(message, failure.Cause)
            : new ModelCallException(message, failure.Cause);
    }

    /// <summary>Doubles with every try, half of it by chance so that workers part; never below what was asked.</summary>
    private static TimeSpan PauseAfter(int failed, TimeSpan? asked)
    {
        TimeSpan grown = TimeSpan.FromTicks(Math.Min(LongestPause.Ticks, FirstPause.Ticks << Math.Min(failed - 1, 10)));
        TimeSpan pause = grown * (0.5 + Random.Shared.NextDouble() / 2);
        if (asked is not { } least) return pause;
        TimeSpan bounded = least < LongestAsked ? least : LongestAsked;
        return bounded + pause / 4;
    }

    private static IChatClient Connect(EndpointOptions endpoint, HttpClient http)
    {
        OpenAIClientOptions options = new()
        {
            Endpoint = endpoint.Url,
            Transport = new HttpClientPipelineTransport(http),
            RetryPolicy = new ClientRetryPolicy(maxRetries: 0),        // retries are ours: counted, cancellable, on our clock
            NetworkTimeout = Timeout.InfiniteTimeSpan,
            ClientLoggingOptions = new ClientLoggingOptions { EnableLogging = false },
        };
        // The SDK insists on a key; servers without one ignore it.
        return new ChatClient(endpoint.Model, new ApiKeyCredential(endpoint.ApiKey ?? "none"), options).AsIChatClient();
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing) _turns.Dispose();
        base.Dispose(disposing);
    }
}
