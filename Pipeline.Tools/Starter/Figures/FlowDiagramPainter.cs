using SkiaSharp;

namespace Pipeline.Tools.Starter.Figures;

/// <summary>Two to five labelled boxes joined by arrows, from left to right or from top to bottom.</summary>
internal static class FlowDiagramPainter
{
    public static FigureFacts Paint(FigureCanvas canvas, SKRect area)
    {
        Random random = canvas.Random;
        int count = random.Next(2, 6);
        bool across = area.Width > area.Height * 1.15f ? count <= 4 : count <= 2;
        string[] words = FigureWords.Take(random, count);
        SKColor? fill = random.Next(2) == 0
            ? new SKColor((byte)random.Next(190, 256), (byte)random.Next(190, 256), (byte)random.Next(190, 256)) : null;
        float corner = random.Next(2) * 6, slot = (across ? area.Width : area.Height) / count;
        float length = slot * (across ? 0.72f : 0.6f), breadth = across
            ? Math.Min(area.Height * 0.4f, 48) : Math.Min(area.Width * 0.5f, 96);
        float size = Math.Min(across ? length / 5 : length * 0.6f, 13);
        for (int i = 0; i < count; i++)
        {
            float middle = (i + 0.5f) * slot;
            float x = across ? area.Left + middle : area.MidX, y = across ? area.MidY : area.Top + middle;
            float halfX = (across ? length : breadth) / 2, halfY = (across ? breadth : length) / 2;
            canvas.Box(new SKRect(x - halfX, y - halfY, x + halfX, y + halfY), fill, canvas.Ink, corner);
            canvas.Text(words[i], x, y, size);
            if (i == count - 1) continue;
            float gap = slot - length;
            if (across) Arrow(canvas, x + halfX, y, gap, 0);
            else Arrow(canvas, x, y + halfY, 0, gap);
        }
        return new FigureFacts(FigureKind.FlowDiagram, "A flow diagram", $"with {FigureWords.Count(count, "box")}",
            [], [$"The first box reads {words[0]}.", $"The last box reads {words[^1]}."],
            [("How many boxes are there?", $"{count}."), ("What does the first box read?", $"{words[0]}."),
            ("What does the last box read?", $"{words[^1]}.")]);
    }

    private static void Arrow(FigureCanvas canvas, float x, float y, float dx, float dy)
    {
        float tipX = x + dx, tipY = y + dy, head = 4;
        canvas.Line(x, y, tipX, tipY);
        float backX = dx > 0 ? head : 0, backY = dy > 0 ? head : 0;
        canvas.Line(tipX, tipY, tipX - backX - (dy > 0 ? head : 0), tipY - backY - (dx > 0 ? head : 0));
        canvas.Line(tipX, tipY, tipX - backX + (dy > 0 ? head : 0), tipY - backY + (dx > 0 ? head : 0));
    }
}
