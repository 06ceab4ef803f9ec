using Pipeline.Jobs.Extract;
using Pipeline.Jobs.Extract.Blocks;

namespace Pipeline.Tests.Jobs.Extract;

/// <summary>No character of a page is lost in silence.</summary>
public sealed class CharacterAccountTests : IDisposable
{
    private readonly DocumentExtractor _extractor = new();
    private readonly TemporaryFolder _folder = new();

    public void Dispose()
    {
        _extractor.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task Every_character_is_in_the_text_or_counted_under_its_reason()
    {
        string body = PdfBuilder.Text(
            (60, 700, 11, "The pump is started by hand."), (60, 660, 11, "Every second sentence is here."), (900, 660, 11, "Outside"));
        string page = PdfBuilder.Text((60, 805, 9, "Works manual")) + body
            + "BT /F1 11 Tf 3 Tr 1 0 0 1 60 600 Tm (Invisible) Tj 0 Tr ET\n"
            + PdfBuilder.Text((60, 560, 11, "Twice"), (60.3, 560, 11, "Twice"))
            + "BT /F1 11 Tf 0 1 -1 0 30 300 Tm (Stamp) Tj ET\nBT /F1 40 Tf 0.7 0.7 -0.7 0.7 200 200 Tm (DRAFT) Tj ET\n";
        string[] pages = [.. Enumerable.Range(1, 4).Select(n => page + PdfBuilder.Text((300, 30, 9, $"{n}")))];
        ExtractedDocument document = await ExtractAsync(PdfBuilder.WithPages(pages));

        foreach (DocumentPage extracted in document.Pages)
        {
            IReadOnlyDictionary<CharacterPlace, int> counts = extracted.Characters.ShouldNotBeNull();
            counts[CharacterPlace.Text].ShouldBe("Thepumpisstartedbyhand.Everysecondsentenceishere.Twice".Length);
            counts[CharacterPlace.RunningHead].ShouldBe("Worksmanual".Length + "Stamp".Length);
            counts[CharacterPlace.PageNumber].ShouldBe(1);
            counts[CharacterPlace.OutsidePage].ShouldBe("Outside".Length);
            counts[CharacterPlace.Hidden].ShouldBe("Invisible".Length);
            counts[CharacterPlace.StruckTwice].ShouldBe("Twice".Length);
            counts[CharacterPlace.Slanted].ShouldBe("DRAFT".Length);
            counts.ShouldNotContainKey(CharacterPlace.Unplaced);
            counts.Where(c => c.Key != CharacterPlace.Total).Sum(c => c.Value).ShouldBe(counts[CharacterPlace.Total]);
        }
    }

    [Fact]
    public async Task Letters_that_are_counted_as_text_are_in_the_blocks_of_every_case()
    {
        foreach (string pdf in Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "Cases", "extraction"), "*.pdf"))
        {
            ExtractionResult result = await _extractor.ExtractAsync(
                pdf, _folder.File(Path.GetFileNameWithoutExtension(pdf)), new ExtractionOptions(), TestContext.Current.CancellationToken);
            ExtractedDocument document = result.Document;
            string name = Path.GetFileName(pdf);
            document.Pages.ShouldAllBe(p => !p.Characters!.ContainsKey(CharacterPlace.Unplaced), name);
            int counted = document.Pages.Sum(p => p.Characters!.GetValueOrDefault(CharacterPlace.Text)
                + p.Characters!.GetValueOrDefault(CharacterPlace.Table));
            // Drawn bullets and hyphens at line ends make the two differ by little; a lost line would be more.
            int written = document.Blocks.Where(b => !b.Kind.IsFurniture() && b.Kind is not (BlockKind.Figure or BlockKind.Table))
                .Select(b => $"{b.Marker}{b.Text}").Concat(document.Tables.SelectMany(t => t.Rows).SelectMany(r => r))
                .Sum(text => text.Count(c => !char.IsWhiteSpace(c)));
            written.ShouldBeGreaterThanOrEqualTo((int)(0.985 * counted), name);
        }
    }

    [Fact]
    public async Task What_is_typed_beside_the_page_is_counted_and_left_out()
    {
        PdfBuilder pdf = new();
        pdf.Add("<< /Type /Catalog /Pages 2 0 R >>");
        pdf.Add("<< /Type /Pages /Count 1 /Kids [4 0 R] >>");
        pdf.Add("<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>");
        pdf.Add("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F1 3 0 R >> >> /Contents 5 0 R "
            + "/Annots [6 0 R 7 0 R] >>");
        pdf.Add(PdfBuilder.Stream(PdfBuilder.Text((72, 700, 11, "The valve is tested every week."))));
        foreach (int x in (int[])[72, 700])
            pdf.Add($"<< /Type /Annot /Subtype /FreeText /Rect [{x} 640 {x + 200} 660] /Contents (Typed on it.) /DA (/F1 11 Tf) /F 4 >>");
        ExtractedDocument document = await ExtractAsync(pdf.Build());
        document.Blocks.Select(b => b.Text).ShouldBe(["The valve is tested every week.", "Typed on it."]);
        document.Pages[0].Characters.ShouldNotBeNull()[CharacterPlace.OutsidePage].ShouldBe("Typedonit.".Length);
    }

    private async Task<ExtractedDocument> ExtractAsync(byte[] pdf)
    {
        string path = _folder.File("document.pdf");
        await File.WriteAllBytesAsync(path, pdf, TestContext.Current.CancellationToken);
        return (await _extractor.ExtractAsync(path, _folder.File("out"), new ExtractionOptions(), TestContext.Current.CancellationToken))
            .Document;
    }
}
