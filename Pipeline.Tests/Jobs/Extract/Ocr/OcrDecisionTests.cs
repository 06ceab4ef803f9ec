using Pipeline.Jobs.Extract;
using Pipeline.Jobs.Extract.Blocks;
using Pipeline.Jobs.Extract.Ocr;
using Pipeline.Jobs.Extract.Rendering;
using Pipeline.Jobs.Extract.Text;
using Pipeline.Models;

namespace Pipeline.Tests.Jobs.Extract.Ocr;

/// <summary>Which pages need OCR, what of its answer is text, and where its words stand on the page.</summary>
public sealed class OcrDecisionTests
{
    private const string Head = "level\tpage_num\tblock_num\tpar_num\tline_num\tword_num\tleft\ttop\twidth\theight\tconf\ttext\n";
    private static readonly Box Page = new(0, 0, 595, 842);

    [Fact]
    public void The_table_of_tesseract_becomes_words_with_their_lines()
    {
        List<OcrWord> words = TesseractTsv.Parse(Head
            + "1\t1\t0\t0\t0\t0\t0\t0\t2479\t3508\t-1\t\n"
            + "4\t1\t1\t1\t1\t0\t301\t300\t696\t54\t-1\t\n"
            + "5\t1\t1\t1\t1\t1\t301\t300\t37\t42\t96.565125\tThe\n"
            + "5\t1\t1\t1\t1\t2\t359\t300\t200\t54\t40.5\tpump\n"
            + "5\t1\t1\t1\t2\t1\t301\t380\t90\t42\t95\t \n"
            + "5\t1\t1\t1\t2\t2\t301\t380\t90\t42\t90\truns\r\n");
        words.ShouldBe([
            new OcrWord("The", 96.565125, 301, 300, 37, 42, 1), new OcrWord("pump", 40.5, 359, 300, 200, 54, 1),
            new OcrWord("runs", 90, 301, 380, 90, 42, 2)]);
    }

    [Fact]
    public void A_table_that_was_cut_off_is_refused() =>
        Should.Throw<FormatException>(() => TesseractTsv.Parse(Head + "5\t1\t1\t1\t1\t1\t301\t300")).Message.ShouldContain("12 columns");

    [Theory]
    [InlineData("", 1.0, true)]                                                             // a scan
    [InlineData("", 0.05, false)]                                                           // a logo alone
    [InlineData("KLM 00042", 0.95, true)]                                                   // a scan with a stamp
    [InlineData("KLM 00042", 0.5, false)]                                                   // a picture with a title
    [InlineData("Der Kessel wird nur bei geschlossenem Ventil beheizt und geleert", 1.0, false)]  // slide on a background
    public void A_page_needs_ocr_when_a_picture_is_all_that_it_has(string text, double covered, bool needs)
    {
        PageGraphic image = new(GraphicKind.Image, new Box(0, 0, 595, 842 * covered), 0, false, false, 150);
        OcrNeed.IsPicture(Glyphs(text), [image], Page).ShouldBe(needs);
    }

    [Fact]
    public void Letters_drawn_as_shapes_need_ocr_and_a_frame_does_not()
    {
        PageGraphic shape = new(GraphicKind.Path, new Box(100, 100, 106, 108), 20, Filled: true, White: false, 0);
        OcrNeed.IsPicture([], Enumerable.Repeat(shape, 100).ToList(), Page).ShouldBeTrue();
        OcrNeed.IsPicture([], [shape], Page).ShouldBeFalse();
    }

    [Fact]
    public void Scattered_letters_in_a_photograph_are_no_text()
    {
        OcrNeed.IsText([Word("The", 95), Word("valve", 92), Word("closes", 91)], []).ShouldBeTrue();
        OcrNeed.IsText([Word("a", 95), Word("Wt", 40), Word("Phee", 35), Word("lil", 31)], []).ShouldBeFalse();
        OcrNeed.IsText([Word("Pumps", 95), Word("2024", 92)], Glyphs("Pumps 2024")).ShouldBeFalse("the page says that itself");
    }

    [Theory]
    [InlineData("!\"#$%&'%$'&()$*#$+,--#.$*#+/0#$)\"#$+,0()$()10)$/+$)\"#$.123")]     // codes instead of letters
    [InlineData("\uf041\uf062\uf063\uf064\uf065\uf066\uf067\uf068\uf069\uf070")]   // a private code for each letter
    [InlineData("\ufffd\ufffd\ufffd\ufffd\ufffd\ufffd\ufffd\ufffd")]              // nothing at all
    public void Text_in_a_font_that_does_not_say_its_letters_is_taken_out(string line)
    {
        string text = string.Concat(Enumerable.Repeat(line, 4));
        List<Glyph> glyphs = [.. Glyphs("A heading"), .. Glyphs(text, font: 1)];
        UnreadableText.Take(glyphs).Count.ShouldBe(text.Length);
        string.Concat(glyphs.Select(g => g.Text)).ShouldBe("A heading");
    }

    [Theory]
    [InlineData("水泵将水从下部水箱抽出并通过过滤器外壳。当过滤器后面的压力低于下限时，控制器关闭。")]
    [InlineData("Насос забирает воду из нижнего бака и подаёт её через корпус фильтра.")]
    [InlineData("पंप निचले टैंक से पानी खींचता है और उसे फिल्टर आवास के माध्यम से धकेलता है।")]
    [InlineData("المضخة تسحب الماء من الخزان السفلي وتدفعه عبر غلاف المرشح")]
    [InlineData("if (a[i] != b[j]) { x = f(&y, \"%s\") + (1 << 3); } else { return !(c && d || e); }")]
    [InlineData("Contents ................................................................ 12")]
    [InlineData("12.5 | (3.1) | 4 % | 1,234.50 | 7/8 | +3 | -0.5 | 17:30 | 12.5 | (3.1) | 4 %")]
    [InlineData("∀x∈ℝ: ∃y∈ℝ, x≤y ⇒ ∑αᵢβᵢ ≥ ∫f(x)dx ∧ ¬(p∨q) ⊂ A∪B∩C ≠ ∅ ± √2 × ∞")]
    public void Text_of_any_language_is_kept(string text)
    {
        List<Glyph> glyphs = Glyphs(text);
        UnreadableText.Take(glyphs).ShouldBeEmpty();
        string.Concat(glyphs.Select(g => g.Text)).ShouldBe(text);
    }

    [Fact]
    public void Bullets_of_a_symbol_font_are_kept()
    {
        List<Glyph> glyphs = [];
        for (int i = 0; i < 40; i++)
            glyphs.AddRange([.. Glyphs("\uf0b7", font: 1, baseline: 800 - 15 * i), .. Glyphs("Check the oil", baseline: 800 - 15 * i)]);
        UnreadableText.Take(glyphs).ShouldBeEmpty();
        glyphs.Count(g => g.Font == 1).ShouldBe(40);
    }

    [Fact]
    public void Words_of_a_line_get_one_size_and_one_baseline_whatever_letters_they_have()
    {
        // At 300 dpi, 12 points are 50 pixels: x-height 25, ascent 36, descent 10; the baseline is at row 1000.
        OcrWord[] line = [new("pump", 90, 100, 975, 120, 35, 1), new("can", 90, 240, 975, 70, 25, 1), new("help", 90, 330, 964, 90, 46, 1)];
        List<Glyph> glyphs = new OcrGlyphs(new FontTable()).Of(line, Page, 72.0 / 300);
        glyphs.Select(g => g.Text).ShouldBe(["pump", " ", "can", " ", "help"]);
        glyphs.ShouldAllBe(g => g.Size == 12);
        glyphs.ShouldAllBe(g => Math.Abs(g.Baseline - (842 - 1000 * 0.24)) < 0.3);
        glyphs[0].X0.ShouldBe(24, 0.01);
    }

    [Fact]
    public void Sizes_that_differ_by_a_measuring_error_become_one_and_a_heading_stays_larger()
    {
        OcrGlyphs ocr = new(new FontTable());
        List<Glyph> glyphs = ocr.Of(
            [new("heating", 90, 0, 0, 100, 93, 1), new("pumping", 90, 0, 200, 100, 48, 2), new("pumping", 90, 0, 300, 100, 45, 3)],
            Page, 0.24);
        glyphs.Select(g => g.Size).Distinct().Count().ShouldBe(2);
        glyphs[0].Size.ShouldBeGreaterThan(1.7 * glyphs[1].Size);
    }

    [Fact]
    public void The_lines_of_a_scanned_table_are_found_and_a_photograph_has_none()
    {
        using Raster picture = new(600, 600);
        picture.Pixels.Fill(255);
        void Fill(int left, int top, int width, int height)
        {
            for (int y = top; y < top + height; y++)
                picture.Pixels.Slice(y * picture.Stride + 3 * left, 3 * width).Clear();
        }

        Fill(50, 100, 400, 3);
        Fill(50, 200, 400, 3);
        Fill(50, 100, 3, 103);
        Fill(100, 300, 300, 200);
        List<PageGraphic> rules = RasterRules.Find(picture, 0.24);
        rules.Count(r => r.IsHorizontalRule && Math.Abs(r.Box.Width - 96) < 0.1).ShouldBe(2);
        rules.Single(r => r.IsVerticalRule).Box.X0.ShouldBe(12, 0.01);
        rules.Count.ShouldBe(3);
    }

    [Fact]
    public void Tesseract_is_the_one_named_by_the_user_or_the_one_on_the_path()
    {
        using TemporaryFolder folder = new();
        Tesseract.Find(null, folder.Path).ShouldBeNull();
        File.WriteAllText(folder.File("tesseract"), "");
        Tesseract.Find(null, $"/no/such{Path.PathSeparator}{folder.Path}").ShouldBe(folder.File("tesseract"));
        Should.Throw<MissingPrerequisiteException>(() => Tesseract.Find("/no/such/program", folder.Path)).Message.ShouldBe(
            "PIPELINE_TESSERACT=/no/such/program: no such file; correct or unset the variable");
    }

    [Fact]
    public void What_was_extracted_without_tesseract_is_not_taken_for_what_it_would_read()
    {
        OcrSettings without = new(OcrMode.Auto, null, "", [], ["eng"]), with = new(OcrMode.Auto, "/bin/t", "tesseract 5.3.0", ["eng"], []);
        string[] keys = [without.Key, with.Key, (with with { Mode = OcrMode.Force }).Key, (with with { Languages = ["eng", "spa"] }).Key,
            OcrSettings.Off.Key, (with with { Version = "tesseract 5.4.0" }).Key];
        keys.ShouldBeUnique();
        with.Key.ShouldBe((with with { Program = "/usr/bin/t" }).Key);
    }

    [Theory]
    [InlineData("eng", true)]
    [InlineData("eng+chi_sim", true)]
    [InlineData("", false)]
    [InlineData("eng,spa", false)]
    [InlineData("../eng", false)]
    [InlineData("eng+", false)]
    public void Languages_are_tesseracts_names(string languages, bool valid) =>
        ExtractionOptions.AreLanguages(languages).ShouldBe(valid);

    private static OcrWord Word(string text, double confidence) => new(text, confidence, 0, 0, 50, 30, 1);

    /// <summary>A line of text as a parser delivers it.</summary>
    private static List<Glyph> Glyphs(string text, int font = 0, double baseline = 700) => text.Select((c, i) =>
        new Glyph(GlyphText.Clean(c.ToString()) is { Length: > 0 } clean && c != '\ufffd' ? clean : GlyphText.Unknown,
            50 + 6 * i, 56 + 6 * i, baseline, 10, font)
        {
            Meaningless = GlyphText.MeaninglessCode(c.ToString()),
        }).ToList();
}
