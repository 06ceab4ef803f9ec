using System.Text.Json;
using System.Text.Json.Serialization;

namespace Pipeline.Jobs.Extract.Blocks;

/// <summary>
/// A rectangle on a page as it is displayed (after cropping and rotation), in PDF points (1/72 inch), origin at the
/// bottom left. In JSON: <c>[x0, y0, x1, y1]</c>, rounded to 0.01 pt.
/// </summary>
/// <param name="X0">Left edge.</param>
/// <param name="Y0">Bottom edge.</param>
/// <param name="X1">Right edge.</param>
/// <param name="Y1">Top edge.</param>
[JsonConverter(typeof(BoxConverter))]
public readonly record struct Box(double X0, double Y0, double X1, double Y1)
{
    /// <summary>Width in points.</summary>
    [JsonIgnore] public double Width => X1 - X0;

    /// <summary>Height in points.</summary>
    [JsonIgnore] public double Height => Y1 - Y0;

    internal double Area => Math.Max(0, Width) * Math.Max(0, Height);

    internal double CenterX => (X0 + X1) / 2;

    internal double CenterY => (Y0 + Y1) / 2;

    internal Box Union(Box other) =>
        new(Math.Min(X0, other.X0), Math.Min(Y0, other.Y0), Math.Max(X1, other.X1), Math.Max(Y1, other.Y1));

    internal Box Inflate(double by) => new(X0 - by, Y0 - by, X1 + by, Y1 + by);

    internal Box Clip(Box to) =>
        new(Math.Max(X0, to.X0), Math.Max(Y0, to.Y0), Math.Min(X1, to.X1), Math.Min(Y1, to.Y1));

    internal bool Intersects(Box other) => X0 < other.X1 && other.X0 < X1 && Y0 < other.Y1 && other.Y0 < Y1;

    internal bool ContainsCenterOf(Box other) =>
        other.CenterX >= X0 && other.CenterX <= X1 && other.CenterY >= Y0 && other.CenterY <= Y1;

    /// <summary>Length shared by the two horizontal extents, negative when they are apart.</summary>
    internal double OverlapX(Box other) => Math.Min(X1, other.X1) - Math.Max(X0, other.X0);

    /// <summary>Length shared by the two vertical extents, negative when they are apart.</summary>
    internal double OverlapY(Box other) => Math.Min(Y1, other.Y1) - Math.Max(Y0, other.Y0);

    private sealed class BoxConverter : JsonConverter<Box>
    {
        public override Box Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options)
        {
            double[] edges = JsonSerializer.Deserialize<double[]>(ref reader, options)!;
            return edges.Length == 4
                ? new Box(edges[0], edges[1], edges[2], edges[3])
                : throw new JsonException($"a box has 4 numbers [x0, y0, x1, y1], found {edges.Length}");
        }

        public override void Write(Utf8JsonWriter writer, Box value, JsonSerializerOptions options)
        {
            writer.WriteStartArray();
            foreach (double edge in (ReadOnlySpan<double>)[value.X0, value.Y0, value.X1, value.Y1])
                writer.WriteNumberValue(Math.Round(edge, 2));
            writer.WriteEndArray();
        }
    }
}
