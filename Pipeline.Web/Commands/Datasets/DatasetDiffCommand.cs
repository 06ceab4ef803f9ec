using System.CommandLine;
using Pipeline.Jobs.Dataset.Rows;
using Pipeline.Jobs.Dataset.Versions;

namespace Pipeline.Web.Commands.Datasets;

/// <summary><c>dataset diff</c>: what one dataset has that another one has not.</summary>
internal static class DatasetDiffCommand
{
    private const int Shown = 100; // characters of a question

    public static Command Create()
    {
        Argument<string> before = new("BEFORE") { Description = StoredDataset.Description };
        Argument<string> after = new("AFTER") { Description = "The other one" };
        Option<int> limit = new("--limit") { Description = "Differences to list at most", DefaultValueFactory = _ => 50 };
        Option<bool> json = new("--json") { Description = "One JSON object a line instead: the differences, then the counts" };
        Option<string> data = CommonOptions.Data();
        Command command = new("diff", "Rows that another version added, removed and changed") { before, after, limit, json, data };
        command.SetAction(async (parsed, ct) =>
        {
            string folder = parsed.GetValue(data)!;
            IReadOnlyList<RowChange> changes = RowDiff.Of(await StoredDataset.RowsAsync(parsed.GetRequiredValue(before), folder, ct),
                await StoredDataset.RowsAsync(parsed.GetRequiredValue(after), folder, ct));
            IReadOnlyDictionary<string, int> counts = RowDiff.Count(changes);
            TextWriter output = parsed.InvocationConfiguration.Output;
            foreach (RowChange change in changes.Take(Math.Max(0, parsed.GetValue(limit))))
                output.WriteLine(parsed.GetValue(json) ? RowJson.Write(change) : Line(change));
            output.WriteLine(parsed.GetValue(json) ? RowJson.Write(counts)
                : $"{counts[RowChange.Added]} added, {counts[RowChange.Removed]} removed, {counts[RowChange.Changed]} changed");
            return ExitCodes.Success;
        });
        return command;
    }

    private static string Line(RowChange change)
    {
        Row row = (change.After ?? change.Before)!;
        return $"{change.Change,-8} {row.Hash} {Short(row)}{(change.Reason is null ? "" : $" ({change.Reason})")}";
    }

    private static string Short(Row row)
    {
        string text = (row.Question.Length > 0 ? row.Question : row.Text ?? "").ReplaceLineEndings(" ");
        return text.Length > Shown ? text[..Shown] + " …" : text;
    }
}
