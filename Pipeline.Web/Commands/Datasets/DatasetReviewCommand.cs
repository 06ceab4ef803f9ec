using System.CommandLine;
using Pipeline.Jobs.Dataset.Rows;
using Pipeline.Jobs.Dataset.Versions;
using Pipeline.Models;
using Pipeline.Web.Commands.Runs;

namespace Pipeline.Web.Commands.Datasets;

/// <summary><c>dataset review</c>: lists rows, and makes the next version from a file of decisions.</summary>
internal static class DatasetReviewCommand
{
    public static Command Create()
    {
        Argument<string> dataset = new("DATASET") { Description = StoredDataset.Description };
        Option<string?> decisions = new("--decisions")
        {
            Description = "JSON Lines of hash and decision (accept, reject, or edit with what changes); closes one new version",
            HelpName = "FILE",
        };
        Option<string?> output = new("--out") { Description = "Where the new version of a folder is written", HelpName = "DIR" };
        Option<string> author = new("--author")
        {
            Description = "Who decides",
            DefaultValueFactory = _ => $"command line ({Environment.UserName})",
        };
        Option<bool> list = new("--list") { Description = "Write rows as JSON Lines, to look at and to decide about" };
        Option<string?> state = new("--state") { Description = "Of --list: kept, rejected or edited" };
        Option<string?> reason = new("--reason") { Description = "Of --list: rows rejected for this reason" };
        Option<string?> split = new("--split") { Description = "Of --list: train, eval, exam or none" };
        Option<string?> type = new("--type") { Description = "Of --list: question, cloze, text …" };
        Option<string?> search = new("--search") { Description = "Of --list: text in question or answer" };
        Option<int> limit = new("--limit") { Description = "Of --list: rows at most", DefaultValueFactory = _ => 100 };
        Option<string> data = CommonOptions.Data();
        Command command = new("review", "Look at rows; accept, reject and edit them into a new version")
        {
            dataset, decisions, output, author, list, state, reason, split, type, search, limit, data,
        };
        command.SetAction(async (parsed, ct) =>
        {
            string name = parsed.GetRequiredValue(dataset), folder = parsed.GetValue(data)!;
            TextWriter text = parsed.InvocationConfiguration.Output;
            if (parsed.GetValue(decisions) is { } file)
            {
                IReadOnlyList<ReviewLine> lines = ReviewLine.Read(file);
                text.WriteLine(StoredDataset.IdOf(name) is { } id
                    ? await CloseAsync(id, lines, parsed.GetValue(author)!, folder, ct)
                    : await CloseAsync(name, lines, parsed.GetValue(author)!, parsed.GetValue(output), ct));
                return ExitCodes.Success;
            }
            if (!parsed.GetValue(list)) throw new InputException("--decisions: is missing; give a file of decisions, or --list");
            RowFilter filter = new()
            {
                State = parsed.GetValue(state),
                Reason = parsed.GetValue(reason),
                Split = parsed.GetValue(split),
                Type = parsed.GetValue(type),
                Search = parsed.GetValue(search),
            };
            SettingFault[] faults = [.. filter.Problems()];
            if (faults.Length > 0) throw new SettingsException(faults);
            foreach (Row row in (await StoredDataset.RowsAsync(name, folder, ct)).Where(filter.Accepts).Take(parsed.GetValue(limit)))
                text.WriteLine(RowJson.Write(row));
            return ExitCodes.Success;
        });
        return command;
    }

    private static async Task<string> CloseAsync(string folder, IReadOnlyList<ReviewLine> lines, string author, string? output,
        CancellationToken ct)
    {
        if (output is null) throw new InputException("--out: is missing; versions do not change, so name a folder for the new one");
        IReadOnlyDictionary<string, int> counts = RowDiff.Count(
            await FolderReview.CloseAsync(folder, lines, author, output, TimeProvider.System.GetUtcNow(), ct));
        return $"{counts[RowChange.Added]} rows added, {counts[RowChange.Removed]} removed, {counts[RowChange.Changed]} changed in "
            + Path.GetFullPath(output);
    }

    private static async Task<string> CloseAsync(Guid id, IReadOnlyList<ReviewLine> lines, string author, string dataFolder,
        CancellationToken ct)
    {
        ClosedDraft? closed = null;
        await StoredWork.WithAsync(dataFolder, async sender =>
        {
            foreach (ReviewLine line in lines)
            {
                DecideRow decision = new(id, line.Hash, line.Decision, line.Edit, line.Author ?? author, line.Reason);
                if (await sender.Send(decision, ct) is null) throw new InputException($"there is no row {line.Hash} in dataset {id}");
            }
            closed = await sender.Send(new CloseDraft(id, author), ct);
        }, ct);
        return closed?.Version is { } version
            ? $"{version.Id}  {version.TrainExamples} train and {version.EvalExamples} eval examples"
            : throw new InputException(closed?.Refusal ?? $"there is no dataset {id} in the database of this data folder");
    }
}
