using Pipeline.Jobs.Extract.Blocks;
using Pipeline.Jobs.Extract.Layout;
using Pipeline.Jobs.Extract.Text;

namespace Pipeline.Tests.Jobs.Extract;

/// <summary>A fault on one page costs the text of that page.</summary>
public sealed class PageFaultTests
{
    private static readonly Box A4 = new(0, 0, 595, 842);

    [Fact]
    public void A_page_whose_layout_fails_becomes_a_picture_and_the_others_keep_their_text()
    {
        List<string> warnings = [];
        PageContent broken = Page(2, "Nobody reads this.") with { Graphics = null! };
        List<TextBlock> blocks = DocumentLayout.Understand(
            [Page(1, "The valve closes."), broken, Page(3, "It opens again.")], null, [], warnings);
        blocks.Select(b => (b.Page, b.Kind, b.Text)).ShouldBe(
        [
            (1, BlockKind.Paragraph, "The valve closes."), (2, BlockKind.Figure, "Nobody reads this."),
            (3, BlockKind.Paragraph, "It opens again."),
        ]);
        warnings.ShouldHaveSingleItem()
            .ShouldStartWith("page 2 could not be understood and is kept as a picture (a fault of this program: ");
    }

    [Fact]
    public void A_page_that_could_not_be_read_is_a_picture_although_nothing_is_known_of_it() =>
        DocumentLayout.Understand([PageContent.AsPicture(1, A4)], null, [], []).ShouldHaveSingleItem().Kind.ShouldBe(BlockKind.Figure);

    [Fact]
    public void Numbers_in_other_digits_are_text()
    {
        string text = "A sentence that is long enough to stand below a heading, and that says nothing else but this.";
        TextBlock[] blocks = [.. new[] { "๑ First", text, "๒ Second", text }.Select(t => new TextBlock
        {
            Kind = BlockKind.Paragraph,
            Page = 1,
            Box = new Box(72, 700, 300, 712),
            Text = t,
            Size = 11,
            Font = 0,
            Bold = false,
        })];
        NumberedHeadings.Promote([.. blocks]);
        blocks.ShouldAllBe(b => b.Kind == BlockKind.Paragraph);
    }

    private static PageContent Page(int number, string text)
    {
        TextWord[] words = [.. text.Split(' ').Select((w, i) =>
            new TextWord(w, new Box(72 + (40 * i), 400, 105 + (40 * i), 412), 11, 0, false, false))];
        return new PageContent(number, A4, [TextSegment.Of(words, 402)], [], []);
    }
}
