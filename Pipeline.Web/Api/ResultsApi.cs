using System.IO.Compression;
using Mediator;
using Microsoft.AspNetCore.Http.Features;
using Pipeline.Data.Artifacts;
using Pipeline.Jobs.Publish;
using Pipeline.Jobs.Runs.Results;
using Pipeline.Web.Errors;

namespace Pipeline.Web.Api;

/// <summary>What runs produce: documents, datasets, adapters, evaluations.</summary>
internal static class ResultsApi
{
    public static void MapResults(this IEndpointRouteBuilder routes)
    {
        RouteGroupBuilder group = routes.MapGroup("/api").WithTags("Results");

        group.MapGet("/documents", async (Guid run, ISender sender, CancellationToken cancellationToken) =>
            {
                await sender.RunAsync(run, cancellationToken);
                return TypedResults.Ok(await sender.Send(new ListDocuments(run), cancellationToken));
            })
            .WithSummary("Documents of a run");

        group.MapGet("/datasets", async (ISender sender, CancellationToken cancellationToken, int limit = 100, int offset = 0) =>
                TypedResults.Ok(await sender.Send(new ListDatasets(limit, offset), cancellationToken)))
            .WithSummary("Datasets, newest first");

        group.MapGet("/datasets/{id:guid}/files/{name}",
            async (Guid id, string name, ISender sender, IArtifactStore artifacts, CancellationToken cancellationToken) =>
            {
                DatasetEntry dataset = await sender.Send(new GetDataset(id), cancellationToken)
                    ?? throw new NotFoundException($"there is no dataset {id}");
                return dataset.Files.TryGetValue(name, out string? sha256)
                    ? Results.Stream(await artifacts.OpenReadAsync(sha256, cancellationToken), "application/octet-stream", name)
                    : throw new NotFoundException(
                    $"dataset {dataset.Name} has no file '{name}'; it has {string.Join(", ", dataset.Files.Keys)}");
            })
            .WithSummary("A file of a dataset: train.jsonl, eval.jsonl, dataset_info.json");

        group.MapGet("/evaluations/{id:guid}/examination", async (Guid id, ISender sender, CancellationToken cancellationToken) =>
                Results.Text(await sender.Send(new GetExamination(id), cancellationToken)
                    ?? throw new NotFoundException($"there is no examination {id}"), "application/json"))
            .WithSummary("Questions, replies and figures of base, adapter and the adapter in service");

        group.MapGet("/adapters", async (ISender sender, CancellationToken cancellationToken) =>
                TypedResults.Ok(await sender.Send(new ListAdapters(), cancellationToken)))
            .WithSummary("Published adapters, newest first");

        group.MapGet("/adapters/{name}/download",
            async (string name, ISender sender, HttpContext context, CancellationToken cancellationToken) =>
            {
                string folder = await sender.Send(new FetchAdapter(name), cancellationToken)
                    ?? throw new NotFoundException($"there is no adapter '{name}'");
                // Ending a zip entry writes its last bytes synchronously, which the server must be told to allow.
                context.Features.GetRequiredFeature<IHttpBodyControlFeature>().AllowSynchronousIO = true;
                return Results.Stream(body => ZipAsync(folder, body, cancellationToken), "application/zip", $"{name}.zip");
            })
            .WithSummary("An adapter folder, loadable by PEFT, as a zip");

        group.MapGet("/adapters/{name}/sources", async (string name, string text, ISender sender, CancellationToken cancellationToken) =>
            {
                IReadOnlyList<TaughtSource> sources = await sender.Send(new FindSources(name, text), cancellationToken)
                    ?? throw new NotFoundException($"there is no adapter '{name}'");
                return TypedResults.Ok(sources.Select(SourceAnswer.Of));
            })
            .ProducesProblem(StatusCodes.Status404NotFound)
            .WithSummary("The rows an adapter was taught that are most similar to a text, with their pages");

        group.MapGet("/evaluations", async (ISender sender, CancellationToken cancellationToken, Guid? run = null, int limit = 100) =>
                TypedResults.Ok(await sender.Send(new ListEvaluations(run, limit), cancellationToken)))
            .WithSummary("Base model against adapter, newest first");
    }

    private static async Task ZipAsync(string folder, Stream body, CancellationToken cancellationToken)
    {
        await using ZipArchive zip = await ZipArchive.CreateAsync(body, ZipArchiveMode.Create, leaveOpen: true, entryNameEncoding: null,
            cancellationToken);
        foreach (string file in Directory.EnumerateFiles(folder).Order(StringComparer.Ordinal))
            await zip.CreateEntryFromFileAsync(file, Path.GetFileName(file), CompressionLevel.Fastest, cancellationToken);
    }
}
