using System.Globalization;

namespace Pipeline.Models.Evaluation.Statistics;

/// <summary>What a paired comparison shows, with its bound.</summary>
/// <param name="Outcome">Better when the lower bound of the difference is above zero, worse when the upper one is below.</param>
/// <param name="Difference">The comparison.</param>
public sealed record Verdict(VerdictOutcome Outcome, PairedDifference Difference)
{
    /// <summary>With fewer questions an interval is too wide for small gains, and what it says must be read with care.</summary>
    public const int FewQuestions = 100;

    /// <summary>With fewer, nothing is decided by knowledge.</summary>
    public const int TooFewQuestions = 20;

    /// <summary>The verdict on a comparison.</summary>
    public static Verdict Of(PairedDifference difference)
    {
        ArgumentNullException.ThrowIfNull(difference);
        return new Verdict(difference.Low > 0 ? VerdictOutcome.Better : difference.High < 0 ? VerdictOutcome.Worse
            : VerdictOutcome.NoDifference, difference);
    }

    /// <summary>The name of the outcome as it is stored: <c>better</c>, <c>worse</c> or <c>no_difference</c>.</summary>
    public string Name => NameOf(Outcome);

    /// <inheritdoc cref="Name"/>
    public static string NameOf(VerdictOutcome outcome) => outcome switch
    {
        VerdictOutcome.Better => "better",
        VerdictOutcome.Worse => "worse",
        _ => "no_difference",
    };

    /// <summary>The verdict in one sentence with its numbers, without a full stop.</summary>
    /// <param name="other">What it is compared with, such as "the base model" or the name of an adapter.</param>
    /// <param name="language"><c>en</c> or <c>es</c>.</param>
    public string InWords(string other, string language = "en")
    {
        PairedDifference d = Difference;
        string low = Points(d.Low, language), high = Points(d.High, language), mean = Points(Math.Abs(d.Mean), language);
        if (language == "es")
        {
            if (d.Items == 0) return $"ninguna pregunta común con {other}: no se puede decir nada";
            string counts = $"{d.SecondRight} de {d.Items} preguntas bien, {d.FirstRight} con {other}";
            return Outcome switch
            {
                VerdictOutcome.Better => $"mejor que {other}: {counts}; gana {mean} puntos (intervalo del 95 %: de {low} a {high})",
                VerdictOutcome.Worse => $"peor que {other}: {counts}; pierde {mean} puntos (intervalo del 95 % de la diferencia: "
                    + $"de {low} a {high})",
                _ => $"no se muestra diferencia con {other}: {counts}; la diferencia está entre {low} y {high} puntos (intervalo del 95 %)",
            };
        }
        if (d.Items == 0) return $"no question in common with {other}: nothing can be said";
        string right = $"{d.SecondRight} of {d.Items} questions right, {d.FirstRight} with {other}";
        return Outcome switch
        {
            VerdictOutcome.Better => $"better than {other}: {right}; it gains {mean} points (95 % interval {low} to {high})",
            VerdictOutcome.Worse => $"worse than {other}: {right}; it loses {mean} points "
                + $"(95 % interval of the difference {low} to {high})",
            _ => $"no difference from {other} is shown: {right}; the difference lies between {low} and {high} points (95 % interval)",
        };
    }

    /// <summary>What must be known to read the verdict: few questions, few sections.</summary>
    /// <param name="language"><c>en</c> or <c>es</c>.</param>
    public IReadOnlyList<string> Cautions(string language = "en")
    {
        List<string> cautions = [];
        bool es = language == "es";
        if (Difference.Items < TooFewQuestions)
            cautions.Add(es
                ? $"solo {Difference.Items} preguntas comunes: con menos de {TooFewQuestions} no se decide nada por conocimiento"
                : $"only {Difference.Items} questions in common: with fewer than {TooFewQuestions} nothing is decided by knowledge");
        else if (Difference.Items < FewQuestions)
            cautions.Add(es
                ? $"solo {Difference.Items} preguntas comunes: con menos de {FewQuestions} el intervalo es ancho"
                : $"only {Difference.Items} questions in common: with fewer than {FewQuestions} the interval is wide");
        if (Difference.HasFewClusters && Difference.Items > 1)
            cautions.Add(es
                ? $"las preguntas vienen de {Difference.Clusters} {(Difference.Clusters == 1 ? "sección" : "secciones")}: "
                    + "el intervalo habla de ellas, no de los documentos enteros"
                : $"the questions come from {Difference.Clusters} {(Difference.Clusters == 1 ? "section" : "sections")}: "
                    + "the interval speaks of these, not of whole documents");
        return cautions;
    }

    /// <summary>A share as percentage points with one decimal.</summary>
    internal static string Points(double share, string language)
    {
        string points = (share * 100).ToString("0.0", CultureInfo.InvariantCulture);
        return (language == "es" ? points.Replace('.', ',') : points).Replace('-', '−');
    }
}
