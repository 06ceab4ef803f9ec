using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Pipeline.Jobs.Dataset.Filter;
using Pipeline.Jobs.Dataset.Rows;
using Pipeline.Jobs.Dataset.Verify;
using Pipeline.Tools.Benchmarks;
using Pipeline.Web;
using Pipeline.Web.Commands.Training;

namespace Pipeline.Tools.Commands;

/// <summary><c>bench filter</c>: rows per second of verifying rows and of filtering them, on one core.</summary>
internal static class BenchFilterCommand
{
    private static readonly Option<int> Rows = new("--rows")
    {
        Description = "Rows to make, in six languages",
        DefaultValueFactory = _ =>
        18_000
    };
    private static readonly Option<int> Seed = new("--seed") { Description = "Seed of the rows", DefaultValueFactory = _ => 1 };
    private static readonly Option<bool> Json = new("--json") { Description = "End with one JSON object on the last line" };

    public static Command Create()
    {
        Command command = new("filter", "Verify, filter and de-duplicate invented rows on one core: rows/s, memory, what was rejected")
        {
            Rows, Seed, Json,
        };
        command.SetAction((parsed, stopping) => Task.Run(() => Run(parsed, stopping), CancellationToken.None));
        return command;
    }

    private static int Run(ParseResult parsed, CancellationToken stopping)
    {
        int count = EvalCommand.AtLeast(1, parsed.GetValue(Rows), Rows.Name);
        SyntheticRow[] made = [.. SyntheticRows.Make(count * 9 / 10 + 1, parsed.GetValue(Seed))];
        // A tenth comes again, as documents repeat themselves: half of it as it stands, half with a word more.
        static string More(string text) => text + " now";
        Row[] again = [.. made.Take(count - Math.Min(count, made.Length)).Select((m, i) => i % 2 == 0 ? m.Row with { Chunk = "again" }
            : RowHash.WithHash(m.Row with
            {
                Messages = [.. m.Row.Messages.Select(x => x with { Content = More(x.Content) })],
                Text = m.Row.Text is null ? null : More(m.Row.Text),
            }))];

        Stopwatch verifying = Stopwatch.StartNew();
        Row[] verified = [.. made.Take(count).Select(m => RowVerifier.Verify(m.Chunk, m.Row, (_, _) => true)), .. again];
        double verifySeconds = verifying.Elapsed.TotalSeconds;

        TimeSpan before = Environment.CpuUsage.TotalTime;
        Stopwatch filtering = Stopwatch.StartNew();
        IReadOnlyList<Row> rows = RowFilter.Filter(verified, new() { MaskPersonal = true }, text => text.Length / 3, stopping);
        double seconds = filtering.Elapsed.TotalSeconds, cpu = (Environment.CpuUsage.TotalTime - before).TotalSeconds;

        using Process process = Process.GetCurrentProcess();
        double memory = process.PeakWorkingSet64 / 1048576.0;
        SortedDictionary<string, int> rejected = new(StringComparer.Ordinal);
        foreach (Row row in rows.Where(r => r.State == RowState.Rejected))
            rejected[row.Reason!] = rejected.GetValueOrDefault(row.Reason!) + 1;
        TextWriter output = parsed.InvocationConfiguration.Output;
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{rows.Count} rows: filtered in {seconds:F2} s ({rows.Count / seconds:F0} rows/s, {cpu:F2} CPU-seconds), "
            + $"verified in {verifySeconds:F2} s "
            + $"({rows.Count / verifySeconds:F0} rows/s), peak {memory:F0} MiB; kept {rows.Count - rejected.Values.Sum()}, "
            + $"rejected {string.Join(", ", rejected.Select(r => $"{r.Key} {r.Value}"))}"));
        if (parsed.GetValue(Json))
            output.WriteLine(JsonSerializer.Serialize(new
            {
                rows = rows.Count,
                seconds = Math.Round(seconds, 3),
                cpu_seconds = Math.Round(cpu, 3),
                rows_per_s = Math.Round(rows.Count / seconds, 1),
                verify_seconds = Math.Round(verifySeconds, 3),
                peak_rss_mib = Math.Round(memory, 1),
                kept = rows.Count - rejected.Values.Sum(),
                rejected,
            }));
        return ExitCodes.Success;
    }
}
