using System.CommandLine;
using System.Text.Json;
using Mediator;
using Pipeline.Data.Entities;
using Pipeline.Jobs.Ingest;
using Pipeline.Jobs.Runs;
using Pipeline.Models;

namespace Pipeline.Web.Commands.Runs;

/// <summary><c>runs …</c>: lists and controls runs while other processes may be working on them.</summary>
internal static class RunsCommand
{
    public static Command Create() => new("runs", "List, pause, resume, cancel, retry, clone and prioritize runs")
    {
        List(),
        OnRun("pause", "Take a run's work from queue and workers; a training saves a checkpoint", async (sender, id, ct) =>
            await sender.Send(new PauseRun(id), ct), "is paused already, or has ended"),
        OnRun("resume", "Put a paused run back to work", async (sender, id, ct) =>
            await sender.Send(new ResumeRun(id), ct), "is not paused"),
        OnRun("cancel", "Stop a run for good", async (sender, id, ct) => await sender.Send(new CancelRun(id), ct), "has ended already"),
        Retry(),
        Clone(),
        Prioritize(),
    };

    private static Command List()
    {
        Option<string> data = CommonOptions.Data();
        Command command = new("list", "Runs, newest first") { data };
        command.SetAction((parsed, stopping) => StoredWork.WithAsync(parsed.GetValue(data)!, async sender =>
        {
            foreach (RunEntry run in await sender.Send(new ListRuns(), stopping))
                parsed.InvocationConfiguration.Output.WriteLine(
                    $"{run.Id}  {run.State.ToString().ToLowerInvariant(),-9}  {run.CreatedAt:u}  "
                    + $"{run.Name}{(run.Error is { } error ? ": " + error : "")}");
        }, stopping));
        return command;
    }

    private static Command Retry()
    {
        Argument<Guid> id = Id();
        Option<Stage?> stage = StageOption("--stage", "Only this stage");
        Option<Guid?> item = new("--item") { Description = "Only this item" };
        Option<string> data = CommonOptions.Data();
        Command command = new("retry", "Work again on what failed or was canceled") { id, stage, item, data };
        command.SetAction((parsed, stopping) => StoredWork.WithAsync(parsed.GetValue(data)!, async sender =>
        {
            int items = await sender.Send(new RetryRun(parsed.GetValue(id), parsed.GetValue(stage), parsed.GetValue(item)), stopping);
            if (items == 0) throw new InputException($"run {parsed.GetValue(id)}: nothing failed or was canceled there");
            parsed.InvocationConfiguration.Output.WriteLine($"{items} items are put back to work");
        }, stopping));
        return command;
    }

    private static Command Clone()
    {
        Argument<Guid> id = Id();
        Option<Stage?> from = StageOption("--from",
            "First stage to do anew, over the very same documents; without it the folder is read again");
        Option<string?> options = new("--options")
        {
            Description = "Settings to change, as JSON: {\"training\":{\"lora_rank\":32}}",
            HelpName = "JSON"
        };
        Option<string> data = CommonOptions.Data();
        Command command = new("clone", "A new run from an earlier one with some settings changed; equal results are reused") { id, from,
            options, data };
        command.SetAction((parsed, stopping) => StoredWork.WithAsync(parsed.GetValue(data)!, async sender =>
        {
            JsonElement? changes;
            try
            {
                changes = parsed.GetValue(options) is { } json ? JsonDocument.Parse(json).RootElement : null;
            }
            catch (JsonException e)
            {
                throw new InputException($"--options: not JSON: {e.Message}", e);
            }
            RunAccepted run = await sender.Send(new CloneRun(parsed.GetValue(id), changes, parsed.GetValue(from)), stopping)
                ?? throw NoRun(parsed.GetValue(id));
            parsed.InvocationConfiguration.Output.WriteLine(run.RunId);
        }, stopping));
        return command;
    }

    private static Command Prioritize()
    {
        Argument<Guid> id = Id();
        Argument<int> priority = new("PRIORITY") { Description = "Higher comes first; runs have 0 unless asked otherwise" };
        Option<string> data = CommonOptions.Data();
        Command command = new("priority", "Whose work is claimed first") { id, priority, data };
        command.SetAction((parsed, stopping) => StoredWork.WithAsync(parsed.GetValue(data)!, async sender =>
        {
            if (!await sender.Send(new PrioritizeRun(parsed.GetValue(id), parsed.GetValue(priority)),
                stopping)) throw NoRun(parsed.GetValue(id));
        }, stopping));
        return command;
    }

    private static Command OnRun(string name, string description, Func<ISender, Guid, CancellationToken, Task<bool>> change,
        string otherwise)
    {
        Argument<Guid> id = Id();
        Option<string> data = CommonOptions.Data();
        Command command = new(name, description) { id, data };
        command.SetAction((parsed, stopping) => StoredWork.WithAsync(parsed.GetValue(data)!, async sender =>
        {
            Guid run = parsed.GetValue(id);
            if (await change(sender, run, stopping)) return;
            if (await sender.Send(new GetRun(run), stopping) is null) throw NoRun(run);
            throw new InputException($"run {run} {otherwise}");
        }, stopping));
        return command;
    }

    private static Option<Stage?> StageOption(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "STAGE",
        CustomParser = result =>
        {
            string text = result.Tokens.Single().Value;
            if (Stage.TryParse(text, null, out Stage stage)) return stage;
            result.AddError($"{name}: '{text}' is not the name of a stage");
            return null;
        },
    };

    private static Argument<Guid> Id() => new("RUN") { Description = "The run's id, as 'runs list' shows it" };

    private static InputException NoRun(Guid id) => new($"there is no run {id}; 'runs list' shows those of this data folder");
}
