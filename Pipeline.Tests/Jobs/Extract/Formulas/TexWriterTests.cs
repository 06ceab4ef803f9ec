using Pipeline.Jobs.Extract.Blocks;
using Pipeline.Jobs.Extract.Formulas;
using Pipeline.Jobs.Extract.Text;

namespace Pipeline.Tests.Jobs.Extract.Formulas;

/// <summary>TeX from the places of characters, as TeX's own fonts are drawn; what is not certain becomes none.</summary>
public sealed class TexWriterTests
{
    private readonly FontTable _fonts = new();
    private readonly List<Glyph> _glyphs = [];

    [Fact]
    public void Indices_and_powers_belong_to_the_letter_before_them()
    {
        Put("CMMI10", 10, 0, 0, "c");
        Put("CMMI7", 7, 5, -1.5, "p");
        Put("CMMI10", 10, 9, 0, "h");
        Put("CMMI7", 7, 15, 4, "p");
        Put("CMSY10", 10, 20, 0, "−");
        Put("CMMI10", 10, 30, 0, "x");
        Put("CMSY7", 7, 36, 4, "′");
        Put("CMMI7", 7, 36, -2, "i");
        Tex().ShouldBe("c_ph^p-x_i'");
    }

    [Fact]
    public void A_bar_between_two_rows_is_a_fraction_and_beside_a_radical_its_roof()
    {
        Put("CMMI10", 10, 0, 0, "y");
        Put("CMR10", 10, 8, 0, "=");
        Put("CMR10", 10, 22, 7, "1");
        Put("CMSY10", 10, 18, -3, "√");
        Put("CMMI10", 10, 26, -7, "a");
        Tex(new Box(17, 2.2, 34, 2.8), new Box(23, -0.4, 33, 0)).ShouldBe("y=\\frac{1}{\\sqrt{a}}");
    }

    [Fact]
    public void Limits_stand_over_and_under_their_operator()
    {
        Put("CMEX10", 10, 0, 9, "∑", 14);
        Put("CMMI7", 7, 5, 11, "n");
        Put("CMMI7", 7, 1, -9, "k");
        Put("CMR7", 7, 5, -9, "=");
        Put("CMR7", 7, 9, -9, "1");
        Put("CMMI10", 10, 16, 0, "k");
        Tex().ShouldBe("\\sum_{k=1}^nk");
    }

    [Fact]
    public void Names_of_functions_and_words_are_upright_and_marks_stand_over_their_letter()
    {
        Put("CMR10", 10, 0, 0, "s", 4);
        Put("CMR10", 10, 4, 0, "i", 3);
        Put("CMR10", 10, 7, 0, "n", 5);
        Put("CMMI10", 10, 14, 0, "x", 5);
        Put("CMR10", 10, 14.3, 1, "˙", 5);
        Put("CMR10", 10, 23, 0, "i", 3);
        Put("CMR10", 10, 26, 0, "f", 3);
        Put("CMMI10", 10, 33, 0, "x", 5);
        Tex().ShouldBe("\\sin\\dot{x}\\text{ if }x");
    }

    [Fact]
    public void Codes_of_old_fonts_are_read_as_the_signs_they_show()
    {
        Put("CMMI10", 10, 0, 0, "i");
        Put("CMSY10", 10, 8, 0, "6", 0.1);      // a stroke through what follows
        Put("CMR10", 10, 8, 0, "=");
        Put("CMMI10", 10, 18, 0, "j");
        Put("CMSY10", 10, 25, 0, "2");          // element of
        Put("MSBM10", 10, 34, 0, "R");
        Tex().ShouldBe("i\\not=j\\in\\mathbb{R}");
    }

    [Fact]
    public void Letters_of_the_mathematical_alphabets_are_plain_letters()
    {
        Put("CambriaMath", 10, 0, 0, "𝐸");
        Put("CambriaMath", 10, 9, 0, "=");
        Put("CambriaMath", 10, 20, 0, "𝜆");
        Put("CambriaMath", 10, 27, 0, "ℝ");
        Tex().ShouldBe("E=\\lambda\\mathbb{R}");
    }

    [Fact]
    public void Brackets_of_several_pieces_are_one_and_stand_in_pairs()
    {
        Put("CMEX10", 10, 0, 12, "⎛", 6);
        Put("CMEX10", 10, 0, 3, "⎝", 6);
        Put("CMMI10", 10, 8, 0, "a");
        Put("CMEX10", 10, 14, 12, "⎞", 6);
        Put("CMEX10", 10, 14, 3, "⎠", 6);
        Tex().ShouldBe("\\left(a\\right)");
        _glyphs.RemoveAll(g => g.Text is "⎞" or "⎠");
        Tex().ShouldBeNull("half a pair is not certain");
    }

    [Theory]
    [InlineData("a character nobody knows", "\u2603", 30, 0)]
    [InlineData("two rows without a bar", "q", 0, 14)]
    [InlineData("one letter over another", "q", 1, 0)]
    public void What_is_not_certain_is_none(string why, string text, double x, double baseline)
    {
        Put("CMMI10", 10, 0, 0, "p");
        Put("CMR10", 10, 10, 0, "=");
        Put("CMMI10", 10, 20, 0, "r");
        Tex().ShouldBe("p=r");
        Put("CMMI10", 10, x, baseline, text);
        Tex().ShouldBeNull(why);
    }

    [Fact]
    public void A_sign_of_equality_takes_no_index()
    {
        Put("CMR10", 10, 0, 0, "=");
        Put("CMMI7", 7, 9, -2, "i");
        Put("CMMI10", 10, 16, 0, "x");
        Tex().ShouldBeNull();
    }

    private void Put(string font, double size, double x, double baseline, string text, double width = 0) =>
        _glyphs.Add(new Glyph(text, x, x + (width > 0 ? width : size * 0.5), baseline, size, _fonts.IndexOf(font, false, false)));

    private string? Tex(params Box[] rules) => TexWriter.Write(_glyphs, rules, _fonts);
}
