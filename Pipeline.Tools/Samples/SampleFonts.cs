using SkiaSharp;

namespace Pipeline.Tools.Samples;

/// <summary>The typefaces of one sample, cut down to its characters.</summary>
internal sealed class SampleFonts : IDisposable
{
    public SampleFonts(string characters)
    {
        int[] used = characters.EnumerateRunes().Select(r => r.Value).Distinct().ToArray();
        Serif = Load("DejaVuSerif", used);
        SerifBold = Load("DejaVuSerif-Bold", used);
        SerifItalic = Load("DejaVuSerif-Italic", used);
        Sans = Load("DejaVuSans", used);
        SansBold = Load("DejaVuSans-Bold", used);
    }

    public SKTypeface Serif { get; }

    public SKTypeface SerifBold { get; }

    public SKTypeface SerifItalic { get; }

    public SKTypeface Sans { get; }

    public SKTypeface SansBold { get; }

    public void Dispose()
    {
        Serif.Dispose();
        SerifBold.Dispose();
        SerifItalic.Dispose();
        Sans.Dispose();
        SansBold.Dispose();
    }

    private static SKTypeface Load(string name, int[] characters)
    {
        byte[] file = File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "assets", "fonts", name + ".ttf"));
        using SKData whole = SKData.CreateCopy(file);
        using SKTypeface face = SKTypeface.FromData(whole);
        using SKData part = SKData.CreateCopy(FontSubset.Create(file, characters, c => face.GetGlyph(c)));
        return SKTypeface.FromData(part);
    }
}
