using System.Text.Encodings.Web;
using System.Text.Json;

namespace Pipeline.Tools.Starter.Figures;

/// <summary>Writes drawn figures as files, to look at or to use as data.</summary>
internal static class FigureSet
{
    private static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes <c>figure-0001.png</c>, … and <c>captions.jsonl</c> with file, kind and caption of each.</summary>
    /// <param name="folder">Target folder; created when missing.</param>
    /// <param name="count">Number of figures.</param>
    /// <param name="firstSeed">Seed of the first figure; the next ones count up.</param>
    public static void Write(string folder, int count, int firstSeed)
    {
        Directory.CreateDirectory(folder);
        using StreamWriter captions = new(Path.Combine(folder, "captions.jsonl"));
        for (int i = 0; i < count; i++)
        {
            (byte[] png, FigureFacts facts) = FigureDrawer.DrawPng(firstSeed + i, 280, 210);
            string file = $"figure-{i + 1:D4}.png";
            File.WriteAllBytes(Path.Combine(folder, file), png);
            captions.WriteLine(JsonSerializer.Serialize(new { file, kind = facts.Kind.ToString(), caption = facts.Caption }, Plain));
        }
    }
}
