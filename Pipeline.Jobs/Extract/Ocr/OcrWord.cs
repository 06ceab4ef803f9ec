namespace Pipeline.Jobs.Extract.Ocr;

/// <summary>A word that OCR has read, in pixels of the picture, rows from the top.</summary>
/// <param name="Text">Its characters.</param>
/// <param name="Confidence">How sure OCR is, in percent.</param>
/// <param name="Left">Left edge.</param>
/// <param name="Top">Upper edge.</param>
/// <param name="Width">Width of the ink.</param>
/// <param name="Height">Height of the ink: it depends on which letters the word has.</param>
/// <param name="Line">Number of its line; words of one line are side by side.</param>
internal readonly record struct OcrWord(string Text, double Confidence, int Left, int Top, int Width, int Height, int Line)
{
    public int Right => Left + Width;

    public int Bottom => Top + Height;

    /// <summary>Letters and digits.</summary>
    public int Letters => Text.Count(char.IsLetterOrDigit);
}
