using System.Text.Json;
using Mediator;
using Microsoft.Extensions.Options;
using Pipeline.Jobs.Caption;
using Pipeline.Models;
using Pipeline.Models.Vision;
using Pipeline.Web.Errors;
using Pipeline.Web.Security;
using Pipeline.Web.Serving;

namespace Pipeline.Web.Api;

/// <summary>
/// The image API: the paths, shapes and (by default) the language of the original Flask server, so that its clients keep
/// working.
/// </summary>
internal sealed class ImageAnalysisApi(ISender sender, VisionHost vision, IOptions<UploadOptions> uploads)
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        RouteGroupBuilder group = routes.MapGroup("").WithTags("Image API");
        group.MapGet("/status", (HttpContext context, ImageAnalysisApi api) => api.Status(context.Request))
            .WithSummary("Whether the vision-language model answers, and on which device");
        group.MapGet("/health", (ImageAnalysisApi api) => api.Health())
            .WithSummary("Whether the server lives; needs no token");
        Post("/analyze", (api, request, gone) => api.ReadFormAsync(request, gone), "Asks about an uploaded image: fields image and text");
        Post("/analyze_base64", (api, request, gone) =>
            api.ReadJsonAsync(request, gone), "Asks about an image in base64: fields image (data URL or bare) and text");

        void Post(string path, Func<ImageAnalysisApi, HttpRequest, CancellationToken, Task<AnalyzeImage>> read, string summary) =>
            group.MapPost(path, (HttpContext context, ImageAnalysisApi api) => api.AnswerAsync(context, read))
                .Produces<AnalyzeAnswer>().WithSummary(summary);
    }

    private IResult Status(HttpRequest request)
    {
        VisionStatus status = vision.Status;
        (string name, Message message) = status.State switch
        {
            VisionState.Ready => ("ready", ImageMessages.Ready),
            VisionState.Loading => ("loading", ImageMessages.Loading),
            _ => ("error", ImageMessages.Unavailable(status.Error!)),
        };
        return Results.Ok(new ModelStatus(name, message.For(request), status.Device, status.State == VisionState.Ready));
    }

    private IResult Health()
    {
        VisionStatus status = vision.Status;
        return Results.Ok(new ServerHealth("healthy", status.State == VisionState.Ready, status.Device));
    }

    private async Task AnswerAsync(HttpContext context, Func<ImageAnalysisApi, HttpRequest, CancellationToken, Task<AnalyzeImage>> read)
    {
        try
        {
            AnalyzeImage question = await read(this, context.Request, context.RequestAborted);
            string response = await sender.Send(question, context.RequestAborted);
            await context.Response.WriteAsJsonAsync(new AnalyzeAnswer(true, response, question.Prompt), context.RequestAborted);
        }
        catch (RefusedRequestException refused)
        {
            await ErrorShape.WriteAsync(context, refused.Status, refused.Text);
        }
        catch (ImageInputException bad)
        {
            await ErrorShape.WriteAsync(context, StatusOf(bad.Problem), ImageMessages.Of(bad));
        }
        catch (MissingPrerequisiteException missing)
        {
            await ErrorShape.WriteAsync(context, StatusCodes.Status503ServiceUnavailable, ImageMessages.Unavailable(missing.Message));
        }
    }

    private async Task<AnalyzeImage> ReadFormAsync(HttpRequest request, CancellationToken gone)
    {
        if (!request.HasFormContentType)
            throw new RefusedRequestException(StatusCodes.Status415UnsupportedMediaType, ImageMessages.NotAForm);
        IFormCollection form;
        try
        {
            form = await request.ReadFormAsync(gone);
        }
        catch (Exception e) when (e is InvalidDataException || (e is IOException && e is not BadHttpRequestException))
        {
            throw new RefusedRequestException(StatusCodes.Status400BadRequest, ImageMessages.BadForm);
        }
        IFormFile image = form.Files.GetFile("image")
            ?? throw new RefusedRequestException(StatusCodes.Status400BadRequest, ImageMessages.NoImage);
        if (image.Length > uploads.Value.MaxImageBytes)
            throw TooLarge(image.Length);
        byte[] bytes = new byte[image.Length];
        await using (Stream content = image.OpenReadStream())
            await content.ReadExactlyAsync(bytes, gone);
        return Question(bytes, form["text"].ToString());
    }

    private async Task<AnalyzeImage> ReadJsonAsync(HttpRequest request, CancellationToken gone)
    {
        if (!request.HasJsonContentType())
            throw new RefusedRequestException(StatusCodes.Status415UnsupportedMediaType, ImageMessages.NotJson);
        try
        {
            using JsonDocument body = await JsonDocument.ParseAsync(request.Body, cancellationToken: gone);
            string image = Text(body.RootElement, "image") is { Length: > 0 } given
                ? given : throw new RefusedRequestException(StatusCodes.Status400BadRequest, ImageMessages.NoImage);
            // data:image/png;base64,…
            string base64 = image.StartsWith("data:", StringComparison.OrdinalIgnoreCase) ? image[(image.IndexOf(',') + 1)..] : image;
            if (base64.Length / 4L * 3 > uploads.Value.MaxImageBytes)
                throw TooLarge(base64.Length / 4L * 3);
            return Question(Convert.FromBase64String(base64), Text(body.RootElement, "text"));
        }
        catch (JsonException)
        {
            throw new RefusedRequestException(StatusCodes.Status400BadRequest, ImageMessages.NotJson);
        }
        catch (FormatException)
        {
            throw new RefusedRequestException(StatusCodes.Status400BadRequest, ImageMessages.NotBase64);
        }
    }

    private static AnalyzeImage Question(byte[] image, string? text)
    {
        if (image.Length == 0)
            throw new RefusedRequestException(StatusCodes.Status400BadRequest, ImageMessages.NoImage);
        return string.IsNullOrWhiteSpace(text)
            ? throw new RefusedRequestException(StatusCodes.Status400BadRequest, ImageMessages.NoText)
            : new AnalyzeImage(image, text.Trim());
    }

    private static string? Text(JsonElement body, string key) =>
        body.ValueKind == JsonValueKind.Object && body.TryGetProperty(key, out JsonElement value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;

    private RefusedRequestException TooLarge(long bytes) =>
        new(StatusCodes.Status413PayloadTooLarge, ImageMessages.TooLarge(bytes, uploads.Value.MaxImageBytes));

    private static int StatusOf(ImageProblem problem) => problem switch
    {
        ImageProblem.TooLarge => StatusCodes.Status413PayloadTooLarge,
        ImageProblem.UnsupportedFormat => StatusCodes.Status415UnsupportedMediaType,
        _ => StatusCodes.Status400BadRequest,
    };

    /// <summary>Ends reading a request with an answer of its own.</summary>
    private sealed class RefusedRequestException(int status, Message text) : Exception(text.English)
    {
        public int Status { get; } = status;

        public Message Text { get; } = text;
    }

    private sealed record ModelStatus(string Status, string Message, string Device, bool ModelLoaded);

    private sealed record ServerHealth(string Status, bool ModelLoaded, string Device);

    private sealed record AnalyzeAnswer(bool Success, string Response, string Prompt);
}
