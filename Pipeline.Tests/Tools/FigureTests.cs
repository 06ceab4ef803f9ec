using Pipeline.Models.Vision;
using Pipeline.Tools.Starter.Figures;
using Pipeline.Tools.Starter.Vision;

namespace Pipeline.Tests.Tools;

public sealed class FigureTests
{
    [Fact]
    public void A_seed_always_draws_the_same_figure_and_another_seed_another()
    {
        (byte[] first, FigureFacts facts) = FigureDrawer.DrawPng(7, 252, 196);
        (byte[] again, FigureFacts sameFacts) = FigureDrawer.DrawPng(7, 252, 196);
        again.ShouldBe(first);
        sameFacts.Caption.ShouldBe(facts.Caption);
        FigureDrawer.DrawPng(8, 252, 196).Png.ShouldNotBe(first);
    }

    [Fact]
    public void Neighbouring_seeds_draw_every_kind_about_equally_often()
    {
        Dictionary<FigureKind, int> kinds = Enumerable.Range(0, 240).Select(seed => FigureDrawer.Draw(seed, 112, 98).Facts.Kind)
            .CountBy(kind => kind).ToDictionary();
        kinds.Count.ShouldBe(Enum.GetValues<FigureKind>().Length);
        kinds.Values.Min().ShouldBeGreaterThan(12);
        kinds.Values.Max().ShouldBeLessThan(60);
    }

    [Fact]
    public void Slices_of_the_caption_are_colours_in_the_picture()
    {
        for (int seed = 0, found = 0; found < 5; seed++)
        {
            (RgbImage image, FigureFacts facts) = FigureDrawer.Draw(seed, 224, 224);
            if (facts.Kind != FigureKind.PieChart) continue;
            found++;
            int slices = int.Parse(facts.Questions[0].Answer.TrimEnd('.'), System.Globalization.CultureInfo.InvariantCulture);
            Dictionary<(byte, byte, byte), int> colors = new();
            for (int i = 0; i < image.Pixels.Length; i += 3)
            {
                (byte R, byte G, byte B) color = (image.Pixels[i], image.Pixels[i + 1], image.Pixels[i + 2]);
                colors[color] = colors.GetValueOrDefault(color) + 1;
            }
            // Large even areas: the slices and the background, whose hole of a ring has the same colour.
            colors.Count(color => color.Value > 0.02 * image.Width * image.Height).ShouldBe(slices + 1, facts.Caption);
        }
    }

    [Fact]
    public void A_caption_names_kind_count_details_readings_and_title()
    {
        FigureFacts facts = new(FigureKind.BarChart, "A bar chart", "with 3 bars", ["The bars are blue."],
            ["The tallest bar is labelled B."], [])
        { Title = "Cost" };
        facts.Caption.ShouldBe("A bar chart with 3 bars. The bars are blue. The tallest bar is labelled B. The title reads \"Cost\".");
        facts.Caption.ShouldStartWith(facts.Seen);
    }

    [Fact]
    public void Captions_are_measured_word_for_word()
    {
        FigureFacts facts = new(FigureKind.BarChart, "A bar chart", "with 3 bars", [], ["The tallest bar is labelled B."],
            [])
        { Title = "Cost" };
        FigureFacts photo = new(FigureKind.Photo, "A photo", "of a blue sky above green ground", ["There is a sun."], [], []);
        VisionMeasurement.Of(
        [
            (facts, facts.Caption),
            (facts, "A bar chart with 4 bars. The tallest bar is labelled C."),
            (facts, "A table with 3 rows and 2 columns."),
            (photo, "A photo of a blue sky above green ground."),
        ]).ShouldBe(new VisionMeasurement(Figures: 4, Kinds: 3, Counted: 3, Counts: 1, Detailed: 1, Details: 0, Worded: 6, Words: 2));
    }
}
