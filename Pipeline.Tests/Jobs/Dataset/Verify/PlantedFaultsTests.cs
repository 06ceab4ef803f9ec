using Pipeline.Jobs.Dataset.Filter;
using Pipeline.Jobs.Dataset.Rows;
using Pipeline.Jobs.Dataset.Verify;
using Pipeline.Jobs.Extract.Blocks;
using Pipeline.Tools.Benchmarks;

namespace Pipeline.Tests.Jobs.Dataset.Verify;

public sealed class PlantedFaultsTests
{
    private static readonly FilterOptions Unlimited = new() { MaxShareOfDocument = null, MaxRowsOfSection = null };

    public static TheoryData<string> Languages => new("en", "es", "de", "fr", "pt", "it");

    [Theory]
    [MemberData(nameof(Languages))]
    public void Of_each_kind_of_fault_95_percent_are_caught_and_5_percent_of_the_good_are_lost(string language)
    {
        List<SyntheticRow> made = SyntheticRows.Make(700, 7, [PlantedFaults.LanguageOf(language)]);
        Row[] alone = [.. made.Select(m => RowVerifier.Verify(m.Chunk, m.Row, PlantedFaults.LanguageMatches))];
        List<string> report = [];
        foreach (string kind in PlantedFaults.Kinds)
        {
            // Each bad row belongs to another good one; both go through verifier and filter with all others.
            Dictionary<string, Row> bad = new(StringComparer.Ordinal);
            HashSet<string> partners = new(StringComparer.Ordinal);
            for (int i = 0; i < made.Count && bad.Count < 100; i++)
                if (PlantedFaults.Inject(kind, made[i], made, i) is Row row && bad.TryAdd(row.Hash, row))
                    partners.Add(kind is "contradiction" or "number of another fact" ? made[i].Row.Fact : "");
            bad.Count.ShouldBeGreaterThan(30, kind);

            List<Row> verified = [.. alone];
            int number = 0;
            foreach (Row row in bad.Values)
            {
                SyntheticRow good = made.First(m => m.Row.Fact == row.Fact);
                Chunk chunk = kind == "contradiction" ? Saying(good.Chunk, row.Evidence) : good.Chunk;
                verified.Add(RowVerifier.Verify(chunk, row, PlantedFaults.LanguageMatches) with { Section = $"bad{number++}" });
            }
            IReadOnlyList<Row> rows = RowFilter.Filter(verified, Unlimited, text => text.Length / 4, CancellationToken.None);

            Row[] badAfter = [.. rows.Where(r => r.Section.StartsWith("bad", StringComparison.Ordinal))];
            // Of a pair of duplicates one has to go, whichever.
            int caught = badAfter.Count(r => r.State == RowState.Rejected);
            if (kind is "duplicate" or "near duplicate")
                caught += rows.Except(badAfter).Count(r => r.Reason is Reasons.Duplicate or Reasons.NearDuplicate);
            Row[] goodAfter = [.. rows.Where(r => !r.Section.StartsWith("bad", StringComparison.Ordinal) && !partners.Contains(r.Fact))];
            Row[] lost = [.. goodAfter.Where(r => r.State == RowState.Rejected
                && !(kind is "duplicate" or "near duplicate" && r.Reason is Reasons.Duplicate or Reasons.NearDuplicate))];
            if (caught < 0.95 * bad.Count)
                report.Add($"{kind}: caught {caught} of {bad.Count}, not {Some(badAfter.Where(r => r.State != RowState.Rejected))}");
            if (lost.Length > 0.05 * goodAfter.Length)
                report.Add($"{kind}: lost {lost.Length} of {goodAfter.Length} good, such as {Some(lost)}");
        }
        report.ShouldBeEmpty();
    }

    [Fact]
    public void Rows_keep_the_verdict_of_every_rule_they_passed()
    {
        SyntheticRow made = SyntheticRows.Make(1, 3)[0];
        Row row = RowVerifier.Verify(made.Chunk, made.Row, (_, _) => true);
        row.State.ShouldBe(RowState.Kept);
        row.Verdicts.Select(v => v.Check).ShouldBe(["readable", "not_empty", "language", "is_question", "self_contained", "answers",
            "answer_not_in_question", "numbers_in_source", "names_in_source", "words_in_source"]);
        row.Verdicts.ShouldAllBe(v => v.Passed);
    }

    private static string Some(IEnumerable<Row> rows) => string.Join(" | ", rows.Take(3).Select(r =>
        $"{r.Question} → {r.Answer} [{r.Expected}] {r.Reason} {r.Verdicts[^1].Detail}"));

    private static Chunk Saying(Chunk chunk, string text)
    {
        ChunkBlock block = chunk.Blocks[0] with { Kind = BlockKind.Paragraph, Text = chunk.Text + " " + text };
        return chunk with { Blocks = [block] };
    }
}
