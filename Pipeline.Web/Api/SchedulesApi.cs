using Mediator;
using Pipeline.Jobs;
using Pipeline.Jobs.Ingest;
using Pipeline.Jobs.Schedules;
using Pipeline.Models;
using Pipeline.Web.Errors;
using Pipeline.Web.Security;

namespace Pipeline.Web.Api;

/// <summary>Named schedules: folders that are run at set times.</summary>
internal static class SchedulesApi
{
    public static void MapSchedules(this IEndpointRouteBuilder routes)
    {
        RouteGroupBuilder group = routes.MapGroup("/api/schedules").WithTags("Schedules");

        group.MapGet("", async (ISender sender, CancellationToken cancellationToken) =>
                TypedResults.Ok(await sender.Send(new ListSchedules(), cancellationToken)))
            .WithSummary("All schedules");

        group.MapGet("/{name}", async (string name, ISender sender, CancellationToken cancellationToken) =>
                TypedResults.Ok(await FindAsync(sender, name, cancellationToken)))
            .ProducesProblem(StatusCodes.Status404NotFound)
            .WithSummary("One schedule");

        group.MapPost("", async (HttpRequest http, ISender sender, AllowedFolders allowed, CancellationToken cancellationToken) =>
            {
                ScheduleRequest request = await StrictJson.ReadAsync<ScheduleRequest>(http, cancellationToken);
                ScheduleEntry entry = await SaveAsync(request.Name ?? "", request, sender, allowed, cancellationToken);
                return Results.Created($"/api/schedules/{Uri.EscapeDataString(entry.Name)}", entry);
            })
            .Accepts<ScheduleRequest>("application/json")
            .Produces<ScheduleEntry>(StatusCodes.Status201Created)
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .WithSummary("Make, or replace, the schedule of that name");

        group.MapPut("/{name}",
            async (string name, HttpRequest http, ISender sender, AllowedFolders allowed, CancellationToken cancellationToken) =>
                TypedResults.Ok(await SaveAsync(name, await StrictJson.ReadAsync<ScheduleRequest>(http, cancellationToken), sender,
                allowed, cancellationToken)))
            .Accepts<ScheduleRequest>("application/json")
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .WithSummary("Make, or replace, a schedule");

        group.MapDelete("/{name}", async (string name, ISender sender, CancellationToken cancellationToken) =>
                await sender.Send(new DeleteSchedule(name), cancellationToken)
                ? Results.NoContent() : throw new NotFoundException($"there is no schedule '{name}'"))
            .Produces(StatusCodes.Status204NoContent)
            .ProducesProblem(StatusCodes.Status404NotFound)
            .WithSummary("Remove a schedule; its runs stay");

        group.MapPost("/{name}/run", async (string name, ISender sender, CancellationToken cancellationToken) =>
            {
                ScheduleEntry schedule = await FindAsync(sender, name, cancellationToken);
                RunAccepted? run = await sender.Send(new RunSchedule(schedule.Id), cancellationToken);
                if (run is not null)
                    return Results.Accepted($"/api/runs/{run.RunId}", run);
                string? reason = schedule.Enabled
                    ? (await FindAsync(sender, name, cancellationToken)).LastSkipReason
                    : "the schedule is disabled";
                return Results.Problem($"nothing was started: {reason}", statusCode: StatusCodes.Status409Conflict);
            })
            .Produces<RunAccepted>(StatusCodes.Status202Accepted)
            .ProducesProblem(StatusCodes.Status409Conflict)
            .WithSummary("Start the run of a schedule now");
    }

    private static async Task<ScheduleEntry> FindAsync(ISender sender, string name, CancellationToken cancellationToken) =>
        await sender.Send(new GetSchedule(name), cancellationToken) ?? throw new NotFoundException($"there is no schedule '{name}'");

    private static async Task<ScheduleEntry> SaveAsync(
        string name, ScheduleRequest request, ISender sender, AllowedFolders allowed, CancellationToken cancellationToken)
    {
        UpsertSchedule schedule = new(name, request.Cron ?? "", "", request.Options ?? new RunOptions(), request.TimeZone
            ?? "UTC", request.Enabled ?? true);
        IEnumerable<SettingFault> others = schedule.Problems().Where(fault => fault.Setting != "folder");
        string folder = await allowed.CheckAsync(request.Folder, schedule.Options, others, sender, cancellationToken);
        return await sender.Send(schedule with { Folder = folder }, cancellationToken);
    }

    /// <param name="Name">Unique name; with PUT it is taken from the address.</param>
    /// <param name="Cron">Five fields, or six with seconds first.</param>
    /// <param name="Folder">Folder of documents, below an allowed root.</param>
    /// <param name="TimeZone">IANA time zone of the expression; UTC when left out.</param>
    /// <param name="Enabled">Whether it fires; true when left out.</param>
    /// <param name="Options">Settings of the runs it starts.</param>
    internal sealed record ScheduleRequest(string? Name, string? Cron, string? Folder, string? TimeZone, bool? Enabled,
        RunOptions? Options);
}
