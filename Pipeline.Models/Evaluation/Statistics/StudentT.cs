namespace Pipeline.Models.Evaluation.Statistics;

/// <summary>Student's t distribution, by the continued fraction of the incomplete beta function.</summary>
internal static class StudentT
{
    /// <summary>The value that a variable of this distribution stays below with a probability.</summary>
    /// <param name="probability">Above one half, below 1.</param>
    /// <param name="freedom">Degrees of freedom, from 1.</param>
    public static double Quantile(double probability, double freedom)
    {
        double low = 0, high = 1;
        while (Cumulative(high, freedom) < probability) high *= 2;
        for (int step = 0; step < 200 && high - low > 1e-12 * high; step++)
        {
            double middle = (low + high) / 2;
            if (Cumulative(middle, freedom) < probability) low = middle;
            else high = middle;
        }
        return (low + high) / 2;
    }

    /// <summary>Probability of a value below <paramref name="t"/>, which is not negative.</summary>
    public static double Cumulative(double t, double freedom) =>
        1 - IncompleteBeta(freedom / (freedom + t * t), freedom / 2, 0.5) / 2;

    private static double IncompleteBeta(double x, double a, double b)
    {
        if (x <= 0) return 0;
        if (x >= 1) return 1;
        double front = Math.Exp(LogGamma(a + b) - LogGamma(a) - LogGamma(b) + a * Math.Log(x) + b * Math.Log(1 - x));
        return x < (a + 1) / (a + b + 2) ? front * Fraction(x, a, b) / a : 1 - front * Fraction(1 - x, b, a) / b;
    }

    // Lentz's method.
    private static double Fraction(double x, double a, double b)
    {
        const double Tiny = 1e-300;
        double c = 1, d = 1 / NotZero(1 - (a + b) * x / (a + 1)), result = d;
        for (int m = 1; m <= 10_000; m++)
        {
            double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
            d = 1 / NotZero(1 + even * d);
            c = NotZero(1 + even / c);
            result *= d * c;
            double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
            d = 1 / NotZero(1 + odd * d);
            c = NotZero(1 + odd / c);
            result *= d * c;
            if (Math.Abs(d * c - 1) < 1e-15) break;
        }
        return result;

        static double NotZero(double value) => Math.Abs(value) < Tiny ? Tiny : value;
    }

    // Lanczos' approximation.
    private static double LogGamma(double x)
    {
        ReadOnlySpan<double> factors = [76.18009172947146, -86.50532032941677, 24.01409824083091, -1.231739572450155,
            0.1208650973866179e-2, -0.5395239384953e-5];
        double sum = 1.000000000190015, y = x, shifted = x + 5.5;
        foreach (double factor in factors) sum += factor / ++y;
        return (x + 0.5) * Math.Log(shifted) - shifted + Math.Log(2.5066282746310005 * sum / x);
    }
}
