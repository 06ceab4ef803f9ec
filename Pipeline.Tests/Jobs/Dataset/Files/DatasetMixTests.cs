using Pipeline.Jobs.Dataset.Mix;
using Pipeline.Jobs.Dataset.Rows;
using Pipeline.Models;

namespace Pipeline.Tests.Jobs.Dataset.Files;

public sealed class DatasetMixTests
{
    private static readonly Row[] Asked = [.. Enumerable.Range(0, 40).Select(i => TestRows.Question($"Question {i}?", $"Answer {i}."))];

    private static readonly Row[] Texts =
        [.. Enumerable.Range(0, 40).Select(i => TestRows.Text($"Text {i}.", i < 38 ? "long.pdf" : "short.pdf"))];

    [Fact]
    public void Raw_text_takes_its_share_of_the_tokens_and_no_more_and_every_document_gives_some()
    {
        MixResult mix = DatasetMix.Of([.. Asked, .. Texts], [], new(), _ => 10);
        Row[] taken = [.. mix.Rows.Where(row => row.Type == RowType.Text && row.State == RowState.Kept)];
        taken.Length.ShouldBe(10, "10 of 50 rows of equal length are 20 % of the tokens");
        taken.Count(row => row.Sources[0].Document == "short.pdf").ShouldBe(2, "the two texts of the short document come in its turn");
        mix.Rows.Where(row => row.State == RowState.Rejected).ShouldAllBe(row => row.Reason == Reasons.Balance && row.Type == RowType.Text);
        mix.Rows.Count.ShouldBe(80);
        mix.Counts.Select(count => (count.Source, count.Rows, count.Used, count.Tokens))
            .ShouldBe([("documents", 40, 40, 400), ("text", 40, 10, 100)]);
        DatasetMix.Of([.. Asked, .. Texts], [], new() { TextShare = 0 }, _ => 10).Counts[1].Used.ShouldBe(0);
    }

    [Fact]
    public void The_same_rows_are_taken_whatever_their_order_and_others_with_another_seed()
    {
        HashSet<string> first = Taken(DatasetMix.Of([.. Asked, .. Texts], [], new(), _ => 10));
        Taken(DatasetMix.Of([.. Texts.Reverse(), .. Asked], [], new(), _ => 10)).ShouldBe(first, ignoreOrder: true);
        Taken(DatasetMix.Of([.. Asked, .. Texts], [], new() { Seed = 1 }, _ => 10)).SetEquals(first).ShouldBeFalse();

        static HashSet<string> Taken(MixResult mix) =>
            [.. mix.Rows.Where(row => row.Type == RowType.Text && row.State == RowState.Kept).Select(row => row.Hash)];
    }

    [Theory]
    [InlineData(0.5, 10, 10)]
    [InlineData(1.0, 20, 20)]
    [InlineData(1.5, 20, 30)]
    [InlineData(3.0, 20, 60)]
    public void A_weight_says_how_often_the_rows_of_a_file_are_trained(double weight, int used, int examples)
    {
        Row[] own = [.. Enumerable.Range(0, 20).Select(i => TestRows.Imported($"Mine {i}?", "Yes."))];
        MixResult mix = DatasetMix.Of(Asked, [new("mine.jsonl", own, weight)], new(), _ => 10);
        mix.Counts[^1].ShouldBe(new MixCount("mine.jsonl", 20, used, examples, examples * 10));
        Row[] kept = [.. mix.Rows.Where(row => row.Type == RowType.Imported && row.State == RowState.Kept)];
        kept.Length.ShouldBe(used);
        kept.Sum(row => mix.Times.GetValueOrDefault(row.Hash, 1)).ShouldBe(examples);
        mix.Rows.Where(row => row.State == RowState.Rejected).ShouldAllBe(row => row.Reason == Reasons.Balance);
    }

    [Fact]
    public void A_file_cannot_bring_a_question_of_the_examination_or_a_row_twice()
    {
        Row held = TestRows.Question("What is the limit?", "254", RowSplit.Exam);
        Row mine = TestRows.Imported("Mine?", "a");
        Row[] own = [TestRows.Imported("what is the LIMIT", "It is 254."), mine, mine];
        MixResult mix = DatasetMix.Of([.. Asked, held], [new("mine.jsonl", own, 2)], new(), _ => 10);
        mix.Rows.TakeLast(3).Select(row => row.Reason).ShouldBe([Reasons.Excluded, null, Reasons.Duplicate]);
        mix.Times.ShouldBe(new Dictionary<string, int> { [own[1].Hash] = 2 });
    }

    [Fact]
    public async Task Files_are_read_with_their_own_strictness()
    {
        using TemporaryFolder folder = new();
        await File.WriteAllTextAsync(folder.File("mine.jsonl"), "{\"prompt\": \"a\", \"completion\": \"b\"}\n{",
            TestContext.Current.CancellationToken);
        MixFile file = new() { Path = folder.File("mine.jsonl"), Weight = 2 };
        (IReadOnlyList<MixSource> sources, IReadOnlyList<Pipeline.Jobs.Dataset.Files.SkippedRow> skipped) = await DatasetMix.ReadFilesAsync(
            new() { Files = [file] }, _ => "de", TestContext.Current.CancellationToken);
        (sources[0].Rows.ShouldHaveSingleItem().Language, sources[0].Weight, skipped.ShouldHaveSingleItem().Number).ShouldBe(("de", 2, 2));
        await Should.ThrowAsync<InputException>(DatasetMix.ReadFilesAsync(new() { Files = [file with { Strict = true }] }, null,
            TestContext.Current.CancellationToken));
    }
}
