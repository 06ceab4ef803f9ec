using Pipeline.Jobs.Dataset.Rows;
using Pipeline.Jobs.Dataset.Writing;

namespace Pipeline.Tests.Jobs.Dataset.Writing;

public sealed class EvidenceTests
{
    private static readonly Chunk Text = WritingSetup.Chunk("T", "H",
        "The “default” port is 8080.  It can\nbe changed.", "Every worker needs 2 GB.");

    [Theory]
    [InlineData("the \"default\" port is 8080", "The “default” port is 8080.")]
    [InlineData("It can be changed.", "It can\nbe changed.")]
    [InlineData("default port … be changed", "default” port be changed.")]
    public void A_citation_is_found_whatever_happened_to_blanks_and_quotes(string quote, string printed) =>
        new Evidence(Text).Find(quote)!.Text.ShouldBe(printed);

    [Fact]
    public void The_place_of_a_citation_is_exact()
    {
        FoundEvidence found = new Evidence(Text).Find("port is 8080")!;
        SourceSpan span = found.Spans.ShouldHaveSingleItem();
        Text.Blocks[0].Text[span.Start..span.End].ShouldBe("port is 8080.");
        span.Block.ShouldBe("p1-b2");
    }

    [Fact]
    public void A_citation_over_two_blocks_has_two_places() => new Evidence(Text).Find("be changed. Every worker")!.Spans
        .Select(s => s.Block).ShouldBe(["p1-b2", "p1-b3"]);

    [Fact]
    public void Places_in_a_piece_of_a_long_block_count_from_the_beginning_of_the_block()
    {
        Chunk piece = Text with { Blocks = [Text.Blocks[0] with { Source = Text.Blocks[0].Source with { Start = 500, End = 545 } }] };
        new Evidence(piece).Find("port is 8080")!.Spans[0].Start.ShouldBe(500 + "The “default” ".Length);
    }

    [Theory]
    [InlineData("the default port is 8081")]
    [InlineData("")]
    [InlineData("… . …")]
    [InlineData("be … the")]
    public void What_does_not_stand_there_is_not_found(string quote) => new Evidence(Text).Find(quote).ShouldBeNull();

    [Fact]
    public void Without_a_citation_the_shortest_sentence_that_says_it_is_taken() =>
        new Evidence(Text).SentenceWith("worker", "2 GB")!.Text.ShouldBe("Every worker needs 2 GB.");
}
