using SkiaSharp;
using static Pipeline.Tools.Samples.ChartPainter;

namespace Pipeline.Tools.Samples;

/// <summary>The figures of the samples; their numbers agree with the texts.</summary>
internal static class SampleFigures
{
    /// <summary>The characters that labels may use.</summary>
    public const string Characters = " !\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[]^_abcdefghijklmnopqrstuvwxyz|°–µ²·•";

    public static void Draw(string sample, string figure, SKCanvas canvas, SKRect area, SampleFonts fonts)
    {
        ChartPainter chart = new(canvas, area, fonts);
        switch (sample, figure)
        {
            case ("battery-ageing", "setup"):
                chart.Flow(
                    [("Climate chamber", 0.02f, 0.08f, 0.30f, 0.24f), ("Cell holder/4-wire", 0.36f, 0.08f, 0.28f, 0.24f),
                    ("Cycler/5 V, 20 A", 0.70f, 0.08f, 0.28f, 0.24f),
                     ("Thermocouple", 0.36f, 0.66f, 0.28f, 0.24f), ("Data logger/1 value per s", 0.70f, 0.66f, 0.28f, 0.24f)],
                    (0, 1), (2, 1), (1, 3), (3, 4), (2, 4));
                break;
            case ("battery-ageing", "capacity"):
                float[] cycles = [0, 200, 400, 600, 800, 1000, 1200];
                chart.Lines("equivalent full cycles", "capacity in %", 80, 100, 200, 5,
                    new Series("0–100 %", cycles, [100, 95.6f, 93.0f, 90.4f, 87.9f, 85.2f, 82.6f]),
                    new Series("10–90 %", cycles, [100, 96.9f, 95.0f, 93.2f, 91.4f, 89.7f, 88.1f]),
                    new Series("20–80 %", cycles, [100, 97.8f, 96.5f, 95.3f, 94.1f, 93.0f, 91.9f]),
                    new Series("35–65 %", cycles, [100, 98.2f, 97.1f, 96.1f, 95.1f, 94.1f, 93.2f]));
                break;
            case ("battery-ageing", "resistance"):
                chart.Bars("growth in %", 60, 10, ["10 °C", "25 °C", "45 °C"], ("20–80 %", [12, 15, 42]), ("0–100 %", [24, 31, 55]));
                break;
            case ("calorimeter-manual", "block"):
                chart.Flow(
                    [("Sample cell", 0.04f, 0.06f, 0.22f, 0.2f), ("Reference cell", 0.04f, 0.70f, 0.22f, 0.2f),
                    ("Thermopiles", 0.34f, 0.38f, 0.2f, 0.2f),
                     ("Aluminium block", 0.62f, 0.06f, 0.24f, 0.2f), ("Controller", 0.62f, 0.38f, 0.24f, 0.2f),
                     ("Peltier elements", 0.62f, 0.70f, 0.24f, 0.2f)],
                    (0, 2), (1, 2), (2, 4), (3, 4), (4, 5));
                break;
            case ("calorimeter-manual", "display"):
                chart.Screen("Run 17: cement, 20 °C", ["Flow 14.2 mW", "Heat 386 J", "Time 11 h 20 min", "Block 20.001 °C"], 0.62f);
                break;
            case ("calorimeter-manual", "steps"):
                chart.Flow(
                    [("Weigh", 0.01f, 0.3f, 0.15f, 0.4f), ("Insert cells", 0.215f, 0.3f, 0.17f, 0.4f),
                    ("Wait for/baseline", 0.44f, 0.3f, 0.15f, 0.4f),
                     ("Run", 0.645f, 0.3f, 0.13f, 0.4f), ("Integrate", 0.83f, 0.3f, 0.16f, 0.4f)],
                    (0, 1), (1, 2), (2, 3), (3, 4));
                break;
            case ("cooling-handbook", "energy"):
                chart.Pie(("Servers", 61.7f), ("Chillers", 18.4f), ("Fans", 9.6f), ("UPS losses", 6.1f), ("Pumps", 3.1f),
                    ("Lighting", 1.1f));
                break;
            case ("cooling-handbook", "loop"):
                chart.Flow(
                    [("Cooling unit", 0.02f, 0.38f, 0.24f, 0.2f), ("Pump", 0.38f, 0.76f, 0.2f, 0.18f),
                    ("Three-way/valve", 0.38f, 0.38f, 0.2f, 0.2f),
                     ("Chiller", 0.72f, 0.06f, 0.24f, 0.2f), ("Dry cooler", 0.72f, 0.70f, 0.24f, 0.2f)],
                    (0, 2), (2, 3), (2, 4), (4, 1), (1, 0));
                break;
            case ("cooling-handbook", "fans"):
                chart.Lines("speed in %", "power in %", 0, 100, 10, 20,
                    new Series("measured", [40, 50, 60, 70, 80, 90, 100], [8, 14, 23, 35, 52, 73, 100]));
                break;
            case ("greenhouse-guide", "day"):
                float[] hours = [0, 3, 6, 9, 12, 15, 18, 21, 24];
                chart.Lines("hour of the day", "temperature in °C, deficit in 0.1 kPa", 0, 25, 3, 5,
                    new Series("temperature", hours, [17, 16.8f, 17, 19.5f, 21.8f, 22.4f, 21, 16.5f, 17]),
                    new Series("deficit", hours, [4.2f, 4, 4.1f, 5.6f, 8.3f, 8.8f, 7.1f, 5, 4.3f]));
                break;
            case ("greenhouse-guide", "loop"):
                chart.Flow(
                    [("Measuring box", 0.02f, 0.38f, 0.24f, 0.22f), ("Computer", 0.38f, 0.38f, 0.2f, 0.22f),
                    ("Pipes", 0.74f, 0.02f, 0.22f, 0.18f),
                     ("Vents", 0.74f, 0.28f, 0.22f, 0.18f), ("Screens", 0.74f, 0.54f, 0.22f, 0.18f),
                     ("CO2 supply", 0.74f, 0.80f, 0.22f, 0.18f)],
                    (0, 1), (1, 2), (1, 3), (1, 4), (1, 5));
                break;
            case ("greenhouse-guide", "yield"):
                chart.Bars("yield in kg per m²", 80, 20, ["425 ppm", "600 ppm", "800 ppm", "1000 ppm"], ("yield", [54, 61, 66.5f, 67.5f]));
                break;
            case ("soil-moisture", "profile"):
                chart.HeatMap(["10 cm", "30 cm", "60 cm", "90 cm"], ["J", "F", "M", "A", "M", "J", "J", "A", "S", "O", "N", "D"],
                    new float[,]
                {
                    { 33, 32, 27, 21, 18, 17, 16, 19, 22, 27, 31, 33 },
                    { 33, 33, 30, 26, 22, 20, 18, 18, 20, 24, 29, 32 },
                    { 33, 33, 32, 29, 26, 24, 22, 21, 21, 22, 26, 30 },
                    { 32, 33, 32, 31, 29, 27, 25, 24, 23, 23, 24, 28 },
                }, 15, 34);
                break;
            case ("soil-moisture", "rain"):
                chart.Bars("precipitation in mm", 300, 50, ["2023", "2024", "2025"],
                    ("spring", [168, 74, 159]), ("summer", [221, 205, 287]), ("autumn", [183, 192, 176]), ("winter", [157, 171, 149]));
                break;
            case ("soil-moisture", "deficit"):
                float[] weeks = [18, 20, 22, 24, 26, 28, 30, 32, 34, 36];
                chart.Lines("week of 2024", "deficit in mm", 0, 100, 2, 20,
                    new Series("measured rule", weeks, [22, 31, 44, 58, 70, 52, 69, 48, 66, 57]),
                    new Series("calendar rule", weeks, [22, 31, 44, 57, 48, 39, 41, 33, 36, 30]),
                    new Series("limit", [18, 36], [70, 70], Dashed: true));
                break;
            default:
                throw new ArgumentException($"sample {sample} has no figure '{figure}'", nameof(figure));
        }
    }
}
