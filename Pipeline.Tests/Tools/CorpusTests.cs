using Pipeline.Tools.Starter.Corpus;


namespace Pipeline.Tests.Tools;

public sealed class CorpusTests
{
    private const string Paragraph =
        "A kernel module is a piece of code that can be loaded into the kernel on demand. It is used to add support for a device.";

    [Fact]
    public void A_page_gives_headings_with_their_paragraphs_and_leaves_code_out()
    {
        IReadOnlyList<ProseSection> sections = HtmlProse.Read($"""
            <html><head><title>No</title><style>p {"{}"}</style></head><body><div class="nav"><a href="x">Next</a></div>
            <h1>Modules&nbsp;&amp; drivers<a class="headerlink">¶</a></h1><p>{Paragraph.Replace(" is ", " <em>is</em>\n ", StringComparison.Ordinal)}</p>
            <pre>This is the code that should not be in the text of the page, because it is code.</pre>
            <h2>Empty</h2><p>Short.</p></body></html>
            """);
        ProseSection section = sections.ShouldHaveSingleItem();
        section.Heading.ShouldBe("Modules & drivers");
        section.Paragraphs.ShouldBe([Paragraph]);
    }

    [Theory]
    [InlineData(Paragraph, true)]
    [InlineData("Next | Previous | Up | Contents | Index | Search | About | Help | Contact.", false)]
    [InlineData("int main(int argc, char **argv) { return strlen(argv[0]) > 3 ? 1 : 0; } /* the end of it */.", false)]
    [InlineData("El sistema carga los módulos del núcleo cuando hacen falta y los descarga después de un tiempo.", false)]
    [InlineData("Too short.", false)]
    public void Only_English_sentences_are_prose(string block, bool isProse) => ProseFilter.IsProse(block).ShouldBe(isProse);

    [Fact]
    public void Answers_are_sentences_or_headings_of_the_text()
    {
        ProseSection section = new("1.2 Kernel modules", [Paragraph]);
        for (int seed = 0; seed < 20; seed++)
        {
            Conversation[] conversations = [.. new InstructionWriter(new Random(seed)).Write(section)];
            conversations.ShouldContain(c => c.Question.Contains("kernel module", StringComparison.OrdinalIgnoreCase));
            conversations.ShouldAllBe(c => Paragraph.Contains(c.Answer) || c.Answer == "Kernel modules");
        }
    }

    [Fact]
    public void Held_out_pages_are_chosen_by_name_and_never_trained_on()
    {
        ProsePage[] pages = [.. Enumerable.Range(0, 1000).Select(i => new ProsePage($"page-{i}", [new ProseSection("", [Paragraph])]))];
        LanguageCorpus one = LanguageCorpus.Collect(pages, new Random(1)), two = LanguageCorpus.Collect(pages.Reverse(), new Random(2));

        one.HeldOut.Count.ShouldBeInRange(10, 50);
        one.HeldOut.Select(page => page.Name).Order().ShouldBe(two.HeldOut.Select(page => page.Name).Order());
        one.Training.Intersect(one.HeldOut).ShouldBeEmpty();
        (one.Training.Count + one.HeldOut.Count).ShouldBe(1000);
    }
}
