using System.Text.Json;
using System.Threading.Channels;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.Options;
using Pipeline.Models;
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
        Func<Action<string>?, CancellationToken, GenerationResult> generate = Prepare(request, model, generation);
        Header answer = new($"chatcmpl-{Guid.NewGuid():N}", time.GetUtcNow().ToUnixTimeSeconds(), model.Id);
        if (request.Stream is true)
        {
            await StreamAsync(context, answer, generate, request.StreamOptions?.IncludeUsage is true);
            return;
        }
        GenerationResult result = await queue.RunAsync(cancellationToken => generate(null, cancellationToken), gone);
        await context.Response.WriteAsJsonAsync(
            new ChatCompletion(answer.Id, "chat.completion", answer.Created, answer.Model,
                [new ChatCompletion.Choice(0, new ChatCompletion.Answer("assistant", result.Text), result.FinishReason)], UsageOf(result)),
            gone);
    }

    /// <summary>Checks the conversation now, so that a bad one never waits in the queue.</summary>
    private Func<Action<string>?, CancellationToken,
        GenerationResult> Prepare(ChatRequest request, ServedModel model, GenerationOptions generation)
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
            return (onText, cancellationToken) => models.Generate(model, conversation, generation, onText, cancellationToken);
        RgbImage[] images = [.. read.SelectMany(m => m.Images).Select(image => vision.Decode(image))];
        return (onText, cancellationToken) => vision.Generate(model.Folder, conversation, images, generation, onText, cancellationToken);
    }

    private async Task StreamAsync(
        HttpContext context, Header answer, Func<Action<string>?, CancellationToken, GenerationResult> generate, bool includeUsage)
    {
        CancellationToken gone = context.RequestAborted;
        Channel<string> pieces = Channel.CreateUnbounded<string>(new UnboundedChannelOptions { SingleReader = true, SingleWriter = true });
        Task<GenerationResult> job = RunAsync();

        // Nothing is sent before the first piece, so that an error can still set the status code.
        if (!await pieces.Reader.WaitToReadAsync(gone))
            await job;
        context.Response.ContentType = "text/event-stream; charset=utf-8";
        context.Response.Headers.CacheControl = "no-cache";
        try
        {
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
            log.RequestFailed(problem, "POST", context.Request.Path); // the status line has been sent: report the error in the stream
            await SendAsync(OpenAiError.From(StatusCodes.Status500InternalServerError,
                "The server failed while generating; its log has the details."));
        }
        await context.Response.WriteAsync("data: [DONE]\n\n", gone);

        async Task<GenerationResult> RunAsync()
        {
            try
            {
                return await queue.RunAsync(cancellationToken => generate(piece => pieces.Writer.TryWrite(piece), cancellationToken), gone);
            }
            finally
            {
                pieces.Writer.Complete();
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

    private static ChatUsage UsageOf(GenerationResult result) => new(result.PromptTokens, result.TokenIds.Count);

    private sealed record Header(string Id, long Created, string Model);
}
