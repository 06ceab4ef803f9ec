using System.Security.Cryptography;
using Pipeline.Jobs.Extract.Layout;
using Pipeline.Jobs.Extract.Rendering;

namespace Pipeline.Jobs.Extract;

/// <summary>Renders pages, cuts figures and formulas out of them and writes all; encoding runs in parallel with rendering.</summary>
internal sealed class FigureImages
{
    private const double SharpestDpi = 300;   // more does not help any caption model
    private const int EncodersAhead = 3;      // rasters that may wait for encoding: bounds memory

    private readonly Dictionary<string, (string Sha256, int Width, int Height)> _files = new(StringComparer.Ordinal);

    private FigureImages()
    {
    }

    /// <summary>Hash and size of a written image, by its path inside the document's folder.</summary>
    public (string Sha256, int Width, int Height) this[string image]
    {
        get
        {
            lock (_files)
                return _files[image];
        }
    }

    public static string PageImage(int page) => $"pages/page-{page:0000}.png";

    public static FigureImages Write(
        PdfiumDocument pdf, IReadOnlyList<PageContent> pages, IReadOnlyList<PageCrop> crops, double dpi, string folder)
    {
        Directory.CreateDirectory(Path.Combine(folder, "pages"));
        if (crops.Count > 0)
            Directory.CreateDirectory(Path.Combine(folder, "images"));
        ILookup<int, PageCrop> cropsOf = crops.ToLookup(c => c.Page);
        FigureImages images = new();
        Queue<Task> encoding = new();
        try
        {
            foreach (PageContent content in pages)
            {
                using PdfiumPage page = pdf.OpenPage(content.Number);
                Raster whole = page.Render(dpi);
                foreach (PageCrop crop in cropsOf[content.Number])
                {
                    double sharper = Math.Min(crop.Dpi, SharpestDpi);
                    using Raster part = sharper > 1.2 * dpi ? page.Render(crop.Box, sharper) : page.Crop(whole, crop.Box);
                    images.Encode(part, folder, crop.Image);
                }
                if (encoding.Count >= EncodersAhead)
                    encoding.Dequeue().GetAwaiter().GetResult();
                encoding.Enqueue(Task.Run(() =>
                {
                    using (whole)
                        images.Encode(whole, folder, PageImage(content.Number));
                }));
            }
        }
        finally
        {
            Task.WhenAll(encoding).GetAwaiter().GetResult();
        }
        return images;
    }

    private void Encode(Raster raster, string folder, string image)
    {
        byte[] png = PngFile.Encode(raster);
        File.WriteAllBytes(Path.Combine(folder, image), png);
        lock (_files)
            _files[image] = (Convert.ToHexStringLower(SHA256.HashData(png)), raster.Width, raster.Height);
    }
}
