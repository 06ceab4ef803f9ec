using Mediator;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Options;
using Pipeline.Jobs;
using Pipeline.Jobs.Ingest;
using Pipeline.Models;
using Pipeline.Web.Security;

namespace Pipeline.Web.Api;

/// <summary>The two ways to submit documents: a folder the server can read, or an upload. Both answer 202 with the run's address.</summary>
internal static class IngestApi
{
    public static void MapIngest(this IEndpointRouteBuilder routes)
    {
        RouteGroupBuilder group = routes.MapGroup("/api/ingest").WithTags("Ingest");
        group.MapPost("/folder", FolderAsync)
            .Accepts<FolderRequest>("application/json")
            .Produces<RunAccepted>(StatusCodes.Status202Accepted)
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .WithSummary("Start a run over a folder of PDFs that the server can read");

        long maxBytes = routes.ServiceProvider.GetRequiredService<IOptions<UploadOptions>>().Value.MaxIngestBytes;
        group.MapPost("", UploadAsync)
            .WithMetadata(new RequestSizeLimitAttribute(maxBytes))
            .DisableAntiforgery()
            .Accepts<IFormFileCollection>("multipart/form-data")
            .Produces<RunAccepted>(StatusCodes.Status202Accepted)
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status413PayloadTooLarge)
            .WithSummary("Start a run over uploaded PDFs, or zips of PDFs; the form field 'options' may carry the run's settings as JSON");
    }

    private static async Task<IResult> FolderAsync(HttpRequest http, ISender sender, AllowedFolders allowed,
        CancellationToken cancellationToken)
    {
        FolderRequest request = await StrictJson.ReadAsync<FolderRequest>(http, cancellationToken);
        RunOptions options = request.Options ?? new RunOptions();
        string folder = await allowed.CheckAsync(request.Folder, options, [], sender, cancellationToken);
        return Accepted(await sender.Send(new IngestFolder(folder, options), cancellationToken));
    }

    private static async Task<IResult> UploadAsync(HttpContext context, ISender sender, IOptions<UploadOptions> limits,
        CancellationToken cancellationToken)
    {
        if (!context.Request.HasFormContentType)
            throw new BadHttpRequestException("expected a form of type multipart/form-data with .pdf or .zip files",
                StatusCodes.Status415UnsupportedMediaType);
        FormOptions formLimits = new()
        {
            MultipartBodyLengthLimit = limits.Value.MaxIngestBytes,
            ValueCountLimit = 64,
            ValueLengthLimit = 1 << 20
        };
        // large parts go to temporary files, deleted afterwards
        context.Features.Set<IFormFeature>(new FormFeature(context.Request, formLimits));
        IFormCollection form = await ReadFormAsync(context.Request, cancellationToken);

        RunOptions options = form["options"].ToString() is { Length: > 0 } json
            ? StrictJson.Parse<RunOptions>(json, "options") : new RunOptions();
        List<IncomingFile> files = new();
        try
        {
            foreach (IFormFile file in form.Files)
                files.Add(new IncomingFile(file.FileName, file.OpenReadStream()));
            return Accepted(await sender.Send(new IngestFiles(files, options), cancellationToken));
        }
        finally
        {
            foreach (IncomingFile file in files)
                await file.Content.DisposeAsync();
        }
    }

    private static async Task<IFormCollection> ReadFormAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        try
        {
            return await request.ReadFormAsync(cancellationToken);
        }
        catch (InvalidDataException problem)
        {
            throw new InputException($"form: {problem.Message}", problem);
        }
    }

    private static IResult Accepted(RunAccepted run) => Results.Accepted($"/api/runs/{run.RunId}", run);

    /// <param name="Folder">The folder; a relative path starts at the server's working folder.</param>
    /// <param name="Options">Settings of the run; defaults where left out.</param>
    internal sealed record FolderRequest(string? Folder, RunOptions? Options);
}
