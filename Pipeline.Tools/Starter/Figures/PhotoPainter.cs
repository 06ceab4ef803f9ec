using SkiaSharp;

namespace Pipeline.Tools.Starter.Figures;

/// <summary>Something like a photo: soft gradients of sky and ground, sometimes a sun, with noise.</summary>
internal static class PhotoPainter
{
    private static readonly (string Name, SKColor Color)[] Skies =
        [("blue", new SKColor(90, 150, 220)), ("orange", new SKColor(240, 150, 70)), ("gray", new SKColor(150, 155, 165)),
        ("dark", new SKColor(25, 25, 60))];

    private static readonly (string Name, SKColor Color)[] Grounds =
        [("green", new SKColor(60, 120, 50)), ("brown", new SKColor(120, 80, 45)), ("white", new SKColor(230, 232, 238)),
        ("blue", new SKColor(30, 70, 130))];

    public static FigureFacts Paint(FigureCanvas canvas, SKRect area)
    {
        Random random = canvas.Random;
        (string skyName, SKColor sky) = Skies[random.Next(Skies.Length)];
        (string groundName, SKColor ground) = Grounds[random.Next(Grounds.Length)];
        float horizon = canvas.Height * canvas.Between(0.35f, 0.7f);
        Gradient(canvas, new SKRect(0, 0, canvas.Width, horizon), sky, Mix(sky, SKColors.White, 0.5f));
        bool sun = random.Next(2) == 0;
        if (sun) canvas.Disc(canvas.Width * canvas.Between(0.15f, 0.85f), horizon * canvas.Between(0.25f, 0.7f), canvas.Between(9, 20),
            new SKColor(255, 240, 170));
        Gradient(canvas, new SKRect(0, horizon, canvas.Width, canvas.Height), Mix(ground, SKColors.Black, 0.1f),
            Mix(ground, SKColors.Black, 0.45f));
        for (int i = 0; i < 500; i++)
        {
            using SKPaint speck = new() { Color = (random.Next(2) == 0 ? SKColors.White : SKColors.Black).WithAlpha(28) };
            canvas.Canvas.DrawRect(canvas.Between(0, canvas.Width), canvas.Between(0, canvas.Height), canvas.Between(1, 5),
                canvas.Between(1, 3), speck);
        }
        return new FigureFacts(FigureKind.Photo, "A photo",
            $"of {(skyName[0] == 'o' ? "an" : "a")} {skyName} sky above {groundName} ground",
            sun ? ["There is a sun."] : [], [],
            [("What colour is the sky?", $"The sky is {skyName}."), ("Is there a sun?", sun ? "Yes." : "No.")]);
    }

    private static void Gradient(FigureCanvas canvas, SKRect box, SKColor top, SKColor bottom)
    {
        using SKPaint paint = new()
        {
            Shader = SKShader.CreateLinearGradient(new SKPoint(0, box.Top), new SKPoint(0, box.Bottom), [top, bottom],
                SKShaderTileMode.Clamp),
        };
        canvas.Canvas.DrawRect(box, paint);
    }

    private static SKColor Mix(SKColor color, SKColor other, float share) => new(
        (byte)(color.Red + (other.Red - color.Red) * share),
        (byte)(color.Green + (other.Green - color.Green) * share),
        (byte)(color.Blue + (other.Blue - color.Blue) * share));
}
