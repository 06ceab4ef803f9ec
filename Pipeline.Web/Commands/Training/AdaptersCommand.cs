using System.CommandLine;
using Pipeline.Data.Entities;
using Pipeline.Jobs.Publish;
using Pipeline.Jobs.Runs.Results;
using Pipeline.Models;
using Pipeline.Web.Commands.Runs;

namespace Pipeline.Web.Commands.Training;

/// <summary><c>adapters …</c>: lists published adapters and the names they serve; rolls a name back to its previous adapter.</summary>
internal static class AdaptersCommand
{
    private static string By => $"command line ({Environment.UserName})";

    public static Command Create() =>
        new("adapters", "List adapters; roll back or promote what serves a stable name") { List(), History(), RollBack(), Promote() };

    private static Command List()
    {
        Option<string> data = CommonOptions.Data();
        Command command = new("list", "Adapters, newest first, with the names they serve") { data };
        command.SetAction((parsed, stopping) => StoredWork.WithAsync(parsed.GetValue(data)!, async sender =>
        {
            foreach (AdapterEntry adapter in await sender.Send(new ListAdapters(), stopping))
                parsed.InvocationConfiguration.Output.WriteLine(
                    $"{adapter.Name,-30}  {adapter.CreatedAt:u}  run "
                    + $"{adapter.RunId}{(adapter.ServedAs.Count > 0 ? "  serves " + string.Join(", ", adapter.ServedAs) : "")}");
        }, stopping));
        return command;
    }

    private static Command History()
    {
        Argument<string?> name = new("NAME") { Description = "Only decisions about this served name", Arity = ArgumentArity.ZeroOrOne };
        Option<string> data = CommonOptions.Data();
        Command command = new("history", "Decisions about served names with their reasons, newest first") { name, data };
        command.SetAction((parsed, stopping) => StoredWork.WithAsync(parsed.GetValue(data)!, async sender =>
        {
            foreach (PromotionEntry decision in await sender.Send(new ListPromotions(parsed.GetValue(name)), stopping))
                Write(parsed.InvocationConfiguration.Output, decision);
        }, stopping));
        return command;
    }

    private static Command RollBack()
    {
        Argument<string> name = new("NAME") { Description = "The served name" };
        Option<string?> reason = Reason();
        Option<string> data = CommonOptions.Data();
        Command command = new("rollback", "Let the adapter serve a name again that served it before") { name, reason, data };
        command.SetAction((parsed, stopping) => StoredWork.WithAsync(parsed.GetValue(data)!, async sender =>
        {
            string served = parsed.GetValue(name)!;
            Write(parsed.InvocationConfiguration.Output,
                Done(await sender.Send(new RollBackAdapter(served, By, Reason: parsed.GetValue(reason)), stopping),
                $"nothing serves the name '{served}'; 'adapters list' shows what is served"));
        }, stopping));
        return command;
    }

    private static Command Promote()
    {
        Argument<string> adapter = new("ADAPTER") { Description = "The adapter's own name" };
        Option<string> name = new("--as") { Description = "The name to serve", HelpName = "NAME", Required = true };
        Option<string?> reason = Reason();
        Option<string> data = CommonOptions.Data();
        Command command = new("promote", "Let an adapter serve a name, whatever its evaluation says") { adapter, name, reason, data };
        command.SetAction((parsed, stopping) => StoredWork.WithAsync(parsed.GetValue(data)!, async sender =>
            Write(parsed.InvocationConfiguration.Output, Done(
                await sender.Send(new PromoteAdapter(parsed.GetValue(adapter)!, parsed.GetValue(name)!, By, parsed.GetValue(reason)),
                stopping),
                $"there is no adapter '{parsed.GetValue(adapter)}'; 'adapters list' shows those of this data folder")), stopping));
        return command;
    }

    private static Option<string?> Reason() => new("--reason") { Description = "Why, for the history", HelpName = "TEXT" };

    private static PromotionEntry Done(ServedChange? change, string otherwise) =>
        change is null ? throw new InputException(otherwise) : change.Done ?? throw new InputException(change.Refusal!);

    private static void Write(TextWriter output, PromotionEntry decision)
    {
        string decided = decision.Decision switch
        {
            PromotionKind.Promoted => "served by",
            PromotionKind.RolledBack => "served again by",
            _ => "not served by",
        };
        output.WriteLine(
            $"{decision.CreatedAt:u}  {decision.Name}  {decided} {decision.Adapter}  ({decision.By}: {decision.Reason})");
    }
}
