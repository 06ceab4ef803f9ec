using Pipeline.Jobs.Extract;
using Pipeline.Jobs.Extract.Rendering;
using Pipeline.Jobs.Extract.Worker;
using Pipeline.Models;
using SkiaSharp;

namespace Pipeline.Tests.Jobs.Extract;

public sealed class RenderingTests
{
    [Fact]
    public void A_machine_without_pdfium_is_told_how_to_install_it()
    {
        using TemporaryFolder folder = new();
        // Whether the system has one of its own is not this test's to decide.
        if (System.Runtime.InteropServices.NativeLibrary.TryLoad("libpdfium.so", out _))
            return;
        MissingPrerequisiteException error = Should.Throw<MissingPrerequisiteException>(
            () => PdfiumLibrary.Load(null, folder.Path, folder.File("libpdfiumlo.so")));
        error.Message.ShouldContain("apt-get install --no-install-recommends libreoffice-core-nogui");
        error.Message.ShouldContain("PIPELINE_PDFIUM");
    }

    [Fact]
    public void A_library_named_by_the_user_is_the_only_one_tried()
    {
        MissingPrerequisiteException error = Should.Throw<MissingPrerequisiteException>(
            () => PdfiumLibrary.Load("/no/such/pdfium.so", AppContext.BaseDirectory, PdfiumLibrary.LibreOfficePath));
        error.Message.ShouldBe(
            "PIPELINE_PDFIUM=/no/such/pdfium.so: this file cannot be loaded as a shared library; correct or unset the variable");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Png_files_hold_the_pixels_of_the_raster(bool grey)
    {
        using Raster raster = new(37, 21);
        for (int y = 0; y < raster.Height; y++)
            for (int x = 0; x < raster.Width; x++)
                for (int c = 0; c < 3; c++)
                    raster.Pixels[y * raster.Stride + 3 * x + c] = (byte)(grey ? x * y % 256 : x * 5 + y * 3 + c * 40);
        using SKBitmap decoded = SKBitmap.Decode(PngFile.Encode(raster));
        for (int y = 0; y < raster.Height; y++)
            for (int x = 0; x < raster.Width; x++)
            {
                SKColor pixel = decoded.GetPixel(x, y);
                (pixel.Red, pixel.Green, pixel.Blue).ShouldBe((raster.Row(y)[3 * x], raster.Row(y)[3 * x + 1], raster.Row(y)[3 * x + 2]));
            }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(90)]
    [InlineData(180)]
    [InlineData(270)]
    public void Graphics_are_where_the_raster_shows_them_however_the_page_is_turned(int rotation)
    {
        PdfBuilder pdf = new();
        pdf.Add("<< /Type /Catalog /Pages 2 0 R >>");
        pdf.Add("<< /Type /Pages /Count 1 /Kids [3 0 R] >>");
        pdf.Add($"<< /Type /Page /Parent 2 0 R /MediaBox [10 20 210 320] /Rotate {rotation} /Contents 4 0 R >>");
        pdf.Add(PdfBuilder.Stream("1 0 0 rg 30 240 40 60 re f"));
        using PdfiumDocument document = PdfiumDocument.Open("turned.pdf", pdf.Build());
        using PdfiumPage page = document.OpenPage(1);
        PageGraphic rectangle = page.Graphics(out _).ShouldHaveSingleItem();
        using Raster raster = page.Render(72);
        double red = 0, inside = 0;
        for (int y = 0; y < raster.Height; y++)
            for (int x = 0; x < raster.Width; x++)
                if (raster.Row(y)[3 * x] > 200 && raster.Row(y)[3 * x + 1] < 60)
                {
                    red++;
                    double py = page.Height - y - 0.5;
                    if (x + 0.5 >= rectangle.Box.X0 && x + 0.5 <= rectangle.Box.X1 && py >= rectangle.Box.Y0
                        && py <= rectangle.Box.Y1) inside++;
                }
        red.ShouldBeInRange(2200, 2500); // 40 x 60 points
        inside.ShouldBe(red);
    }

    [Fact]
    public void Pdfium_alone_reads_the_same_text_as_pdfpig()
    {
        using TemporaryFolder folder = new();
        string[] texts = new[] { false, true }.Select(withoutPdfPig =>
        {
            string output = Directory.CreateDirectory(folder.File(withoutPdfPig.ToString())).FullName;
            string pdf = Path.Combine(ExtractionFixture.SampleFolder, "battery-ageing.pdf");
            DocumentParser.Parse(new ParseRequest(pdf, "battery-ageing.pdf", output, 36, 100, withoutPdfPig), (_, _) => { }, _ => { });
            return File.ReadAllText(Path.Combine(output, "document.md"));
        }).ToArray();
        texts[1].Split((char[])[' ', '\n']).Except(texts[0].Split((char[])[' ', '\n'])).Take(5).ShouldBeEmpty();
        Math.Abs(texts[1].Length - texts[0].Length).ShouldBeLessThan(texts[0].Length / 100);
    }
}
