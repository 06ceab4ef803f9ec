using System.Globalization;

namespace Pipeline.Jobs.Extract.Ocr;

/// <summary>The table that Tesseract writes: a row for each page, block, paragraph, line and word, tabs between its columns.</summary>
internal static class TesseractTsv
{
    private const int Columns = 12; // level, page, block, paragraph, line, word, left, top, width, height, confidence, text
    private const string WordLevel = "5";

    /// <summary>The words in order; rows that are no words, or blank ones, are passed over.</summary>
    /// <exception cref="FormatException">Something else than such a table.</exception>
    public static List<OcrWord> Parse(string tsv)
    {
        List<OcrWord> words = [];
        string line = "";
        int lines = 0;
        foreach (string row in tsv.Split('\n'))
        {
            string[] cells = row.TrimEnd('\r').Split('\t', Columns);
            if (cells[0] != WordLevel)
                continue;
            if (cells.Length < Columns)
                throw new FormatException($"Tesseract wrote '{row}', expected {Columns} columns");
            if (string.IsNullOrWhiteSpace(cells[11]))
                continue;
            string place = string.Join('/', cells[1..5]);
            if (place != line)
                (line, lines) = (place, lines + 1);
            words.Add(new OcrWord(
                cells[11].Trim(), double.Parse(cells[10], CultureInfo.InvariantCulture), Number(cells[6]), Number(cells[7]),
                Number(cells[8]), Number(cells[9]), lines));
        }
        return words;
    }

    private static int Number(string cell) => int.Parse(cell, CultureInfo.InvariantCulture);
}
