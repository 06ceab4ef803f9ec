using System.Text.Json;
using System.Threading.Channels;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.Options;
using Pipeline.Models;
using Pipeline.Models.Batching;
using Pipeline.Models.Generation;
using Pipeline.Models.Text;
using Pipeline.Models.Vision;
using Pipeline.Web.Errors;
using Pipeline.Web.Serving;

namespace Pipeline.Web.Api.Chat;

/// <summary>OpenAI's chat protocol over the served models.</summary>
internal sealed class ChatCompletionsApi(
    ModelCatalog catalog,
    ModelHost models,
    VisionHost vision,
    GenerationQueue queue,
    IOptions<ServingOptions> options,
    IOptions<JsonOptions> json,
    TimeProvider time,
    ILogger<ChatCompletionsApi> log)
{
    private static readonly TimeSpan FirstComment = TimeSpan.FromSeconds(1), NextComment = TimeSpan.FromSeconds(5);

    private delegate Task<GenerationResult> Answering(AnswerOrder order, CancellationToken cancellationToken);

    public static void Map(IEndpointRouteBuilder routes)
    {
        RouteGroupBuilder group = routes.MapGroup("/v1").WithTags("OpenAI-compatible");
        group.MapPost("/chat/completions", (HttpContext context, ChatCompletionsApi api) => api.AnswerAsync(context))
            .Accepts<ChatRequest>("application/json")
            .Produces<ChatCompletion>()
            .WithSummary("Chat with a base model, an adapter or the vision-language model; streams with 'stream': true");
        group.MapGet("/models", async (ModelCatalog catalog, CancellationToken cancellationToken) =>
                TypedResults.Ok(new ModelList("list", [.. (await catalog.ListAsync(cancellationToken)).Select(ModelCard.Of)])))
            .WithSummary("What can be asked by name");
        group.MapGet("/models/{id}", async (string id, ModelCatalog catalog, CancellationToken cancellationToken) =>
                TypedResults.Ok(ModelCard.Of(await catalog.FindAsync(id, cancellationToken))))
            .WithSummary("One of them");
    }

    private async Task AnswerAsync(HttpContext context)
    {
        CancellationToken gone = context.RequestAborted;
        ChatRequest request = await ReadAsync(context.Request, gone);
        if (string.IsNullOrEmpty(request.Model))
            throw new InputException("model: nothing given; GET /v1/models lists what this server has");
        ServedModel model = await catalog.ReadyAsync(request.Model, gone);
        GenerationOptions generation = request.Generation(options.Value);
        Answering generate = Prepare(request, model);
        AnswerOrder order = new(generation, context.Connection.RemoteIpAddress?.ToString() ?? "");
        using GenerationQueue.QueuePlace place = queue.Enter();
        Header answer = new($"chatcmpl-{Guid.NewGuid():N}", time.GetUtcNow().ToUnixTimeSeconds(), model.Id);
        if (request.Stream is true)
        {
            await StreamAsync(context, answer, order, place, generate, request.StreamOptions?.IncludeUsage is true);
            return;
        }
        GenerationResult result = await generate(order with { OnStarted = place.Start }, gone);
        await context.Response.WriteAsJsonAsync(
            new ChatCompletion(answer.Id, "chat.completion", answer.Created, answer.Model,
                [new ChatCompletion.Choice(0, new ChatCompletion.Answer("assistant", result.Text), result.FinishReason)], UsageOf(result)),
            gone);
    }

    /// <summary>Checks the conversation now, so that a bad one never waits in the queue.</summary>
    private Answering Prepare(ChatRequest request, ServedModel model)
    {
        if (request.Messages is not { Count: > 0 } messages)
            throw new InputException("messages: nothing given; expected at least one message of the user");
        (ChatMessage Message, IReadOnlyList<byte[]> Images)[] read =
            [.. messages.Select((message, i) => message.Read(i, VisionLanguageModel.ImageMarker))];
        if (read.Any(m => m.Images.Count > 0) && !model.SeesImages)
            throw new InputException(
                $"messages: the model '{model.Id}' does not see images; GET /v1/models lists those that do as vision models");
        ChatMessage[] conversation = [.. read.Select(m => m.Message)];
        if (!model.SeesImages)
            return (order, cancellationToken) => models.GenerateAsync(model, conversation, order, cancellationToken);
        RgbImage[] images = [.. read.SelectMany(m => m.Images).Select(image => vision.Decode(image))];
        return (order, cancellationToken) => vision.GenerateAsync(model.Folder, conversation, images, order, cancellationToken);
    }

    private async Task StreamAsync(
        HttpContext context, Header answer, AnswerOrder order, GenerationQueue.QueuePlace place, Answering generate, bool includeUsage)
    {
        CancellationToken gone = context.RequestAborted;
        Channel<string> pieces = Channel.CreateUnbounded<string>(new UnboundedChannelOptions { SingleReader = true });
        TaskCompletionSource accepted = new(TaskCreationOptions.RunContinuationsAsynchronously);
        bool started = false;
        Task<GenerationResult> job = RunAsync();

        // Nothing is sent before the conversation is known to be in order, so that an error can still set the status code.
        if (await Task.WhenAny(job, accepted.Task) == job)
            await job;
        context.Response.ContentType = "text/event-stream; charset=utf-8";
        context.Response.Headers.CacheControl = "no-cache";
        try
        {
            await context.Response.Body.FlushAsync(gone);
            await WaitAsync();
            await SendAsync(Chunk(new ChatChunk.Delta("assistant", "")));
            await foreach (string piece in pieces.Reader.ReadAllAsync(gone))
                await SendAsync(Chunk(new ChatChunk.Delta(Content: piece)));
            GenerationResult result = await job;
            await SendAsync(Chunk(new ChatChunk.Delta(), result.FinishReason));
            if (includeUsage)
                await SendAsync(new ChatChunk(answer.Id, "chat.completion.chunk", answer.Created, answer.Model, [], UsageOf(result)));
        }
        catch (Exception problem) when (problem is not OperationCanceledException)
        {
            await SendAsync(InStream(problem, context)); // the status line has been sent: report the error in the stream
        }
        await context.Response.WriteAsync("data: [DONE]\n\n", gone);

        async Task<GenerationResult> RunAsync()
        {
            try
            {
                return await generate(order with
                {
                    OnText = piece => pieces.Writer.TryWrite(piece),
                    OnAccepted = () => accepted.TrySetResult(),
                    OnStarted = () =>
                    {
                        Volatile.Write(ref started, true);
                        place.Start();
                    },
                }, gone);
            }
            finally
            {
                pieces.Writer.Complete();
            }
        }

        // Comments keep connections alive while nothing can be said yet.
        async Task WaitAsync()
        {
            Task<bool> first = pieces.Reader.WaitToReadAsync(gone).AsTask();
            TimeSpan pause = Volatile.Read(ref started) ? FirstComment : TimeSpan.Zero;
            while (await Task.WhenAny(first, Task.Delay(pause, gone)) != first)
            {
                gone.ThrowIfCancellationRequested();
                await context.Response.WriteAsync(": waiting\n\n", gone);
                await context.Response.Body.FlushAsync(gone);
                pause = NextComment;
            }
        }

        ChatChunk Chunk(ChatChunk.Delta delta, string? finishReason = null) =>
            new(answer.Id, "chat.completion.chunk", answer.Created, answer.Model, [new ChatChunk.Choice(0, delta, finishReason)]);

        async Task SendAsync<T>(T chunk)
        {
            await context.Response.WriteAsync($"data: {JsonSerializer.Serialize(chunk, json.Value.SerializerOptions)}\n\n", gone);
            await context.Response.Body.FlushAsync(gone);
        }
    }

    private async Task<ChatRequest> ReadAsync(HttpRequest http, CancellationToken cancellationToken)
    {
        if (!http.HasJsonContentType())
            throw new BadHttpRequestException("expected a body of type application/json", StatusCodes.Status415UnsupportedMediaType);
        try
        {
            return await JsonSerializer.DeserializeAsync<ChatRequest>(http.Body, json.Value.SerializerOptions, cancellationToken)
                ?? throw new InputException("body: found null; expected an object");
        }
        catch (JsonException problem)
        {
            throw new InputException(
                $"body{(problem.Path is { Length: > 1 } path ? path[1..] : "")}: {problem.Message.Split(" Path:")[0]}", problem);
        }
    }

    private OpenAiError InStream(Exception problem, HttpContext context)
    {
        switch (problem)
        {
            case InputException:
                return OpenAiError.From(StatusCodes.Status400BadRequest, problem.Message);
            case SchedulerFullException:
                return OpenAiError.From(StatusCodes.Status503ServiceUnavailable,
                    "The server is busy: its queue is full. Try again in a moment.");
            default:
                log.RequestFailed(problem, "POST", context.Request.Path);
                return OpenAiError.From(StatusCodes.Status500InternalServerError,
                    "The server failed while generating; its log has the details.");
        }
    }

    private static ChatUsage UsageOf(GenerationResult result) => new(result.PromptTokens, result.TokenIds.Count);

    private sealed record Header(string Id, long Created, string Model);
}
