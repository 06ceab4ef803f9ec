using Pipeline.Jobs.Extract.Blocks;

namespace Pipeline.Jobs.Extract.Text;

/// <summary>Turns of the plane about its origin by quarters of a circle, clockwise.</summary>
internal static class QuarterTurn
{
    /// <summary>Where a point is once the page is turned.</summary>
    public static (double X, double Y) Of(double x, double y, int quarters) => quarters switch
    {
        1 => (y, -x),
        2 => (-x, -y),
        3 => (-y, x),
        _ => (x, y),
    };

    /// <summary>A box of the turned page on the page as it is.</summary>
    public static Box Back(Box box, int quarters) => quarters switch
    {
        1 => new Box(-box.Y1, box.X0, -box.Y0, box.X1),
        2 => new Box(-box.X1, -box.Y1, -box.X0, -box.Y0),
        3 => new Box(box.Y0, -box.X1, box.Y1, -box.X0),
        _ => box,
    };

    /// <summary>The turn that makes a direction run to the right; null where it follows no edge of the page.</summary>
    public static byte? Of(double dx, double dy)
    {
        const double Slope = 0.05;
        if (Math.Abs(dy) <= Slope * Math.Abs(dx))
            return dx >= 0 ? (byte)0 : (byte)2;
        return Math.Abs(dx) <= Slope * Math.Abs(dy) ? dy > 0 ? (byte)1 : (byte)3 : null;
    }
}
