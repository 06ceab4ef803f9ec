using System.Globalization;
using Pipeline.Models.Evaluation.Examination;
using Pipeline.Models.Evaluation.Statistics;

namespace Pipeline.Jobs.Evaluate;

/// <summary>
/// Whether an adapter may take a served name: the lower bound of its closed-book gain must exceed a margin, over the base and over the
/// adapter in service, and it may have lost at most two points of what the base knows of the world. With fewer than
/// <see cref="Verdict.TooFewQuestions"/> questions nothing is decided by knowledge, so nothing is promoted; people still can by hand.
/// </summary>
public static class AdapterGate
{
    /// <summary>Share of general questions that may be lost, net of those gained.</summary>
    public const double MostForgotten = 0.02;

    /// <summary>Rise of the general loss, in nats per token, that is worth a warning.</summary>
    public const double NotableLoss = 0.05;

    /// <summary>Decides.</summary>
    /// <param name="overBase">The adapter against the base.</param>
    /// <param name="overCurrent">The same against the adapter in service, on questions neither was trained on; null without one.</param>
    /// <param name="current">Name of the adapter in service, or null.</param>
    /// <param name="margin">What the lower bound must exceed: a share of the questions, 0 to 1.</param>
    /// <param name="retentionOfBase">General knowledge of the base; null when not measured.</param>
    /// <param name="retention">The adapter's.</param>
    /// <param name="mostForgotten">Share of the general questions that may be lost; a single question always may.</param>
    public static GateDecision Decide(PairedDifference overBase, PairedDifference? overCurrent, string? current, double margin,
        RetentionResult? retentionOfBase, RetentionResult? retention, double mostForgotten = MostForgotten)
    {
        ArgumentNullException.ThrowIfNull(overBase);
        GateCheck[] knowledge = overCurrent is null
            ? [Knowledge(overBase, null, margin)]
            : [Knowledge(overBase, null, margin), Knowledge(overCurrent, current ?? "", margin)];
        return new GateDecision(knowledge, Retention(retentionOfBase, retention, mostForgotten));
    }

    private static GateCheck Knowledge(PairedDifference gain, string? current, double margin)
    {
        bool isEnough = gain.Items >= Verdict.TooFewQuestions;
        return new GateCheck(isEnough && gain.Low > margin, language => InWords(gain, current, margin, isEnough, language));
    }

    private static string InWords(PairedDifference gain, string? current, double margin, bool isEnough, string language)
    {
        bool es = language == "es";
        string other = current ?? (es ? "el modelo base" : "the base model");
        string verdict = Verdict.Of(gain).InWords(other, language);
        if (!isEnough)
            return es
                ? $"{verdict}; con menos de {Verdict.TooFewQuestions} preguntas no se decide por conocimiento: "
                    + "promociónelo a mano si procede"
                : $"{verdict}; with fewer than {Verdict.TooFewQuestions} questions nothing is decided by knowledge: promote by hand what "
                    + "should serve";
        string bound = Points(gain.Low, language), needed = Points(margin, language);
        return es
            ? $"{verdict}; el límite inferior, {bound}, {(gain.Low > margin ? "supera" : "debe superar")} el margen de {needed} puntos"
            : $"{verdict}; the lower bound, {bound}, {(gain.Low > margin ? "exceeds" : "must exceed")} the margin of {needed} points";
    }

    private static GateCheck Retention(RetentionResult? first, RetentionResult? second, double most)
    {
        if (first is null || second is null || first.Asked == 0)
            return new GateCheck(false, language => language == "es"
                ? "no se midió lo que el modelo base sabía del mundo" : "what the base knew of the world was not measured");
        int lost = first.Right - second.Right;
        bool passes = lost <= Math.Max(1, (int)Math.Floor(most * first.Asked + 1e-9));
        return new GateCheck(passes, language => RetentionInWords(first, second, most, passes, language));
    }

    private static string RetentionInWords(RetentionResult first, RetentionResult second, double most, bool passes, string language)
    {
        double fall = (double)(first.Right - second.Right) / first.Asked;
        CultureInfo c = CultureInfo.InvariantCulture;
        string loss = string.Create(c, $"{first.Loss:F3} → {second.Loss:F3}");
        string allowed = (most * 100).ToString("0.##", c);
        if (language == "es")
            return $"de {first.Asked} preguntas generales acierta {second.Right}, el modelo base {first.Right} "
                + $"({second.Kept(first)} en común): "
                + $"{(fall > 0 ? $"pierde {Points(fall, language)} puntos" : "no pierde nada")}, "
                + $"{(passes ? "se admiten" : "se admiten solo")} {allowed.Replace('.', ',')} (o una pregunta); pérdida en prosa general "
                + $"{loss.Replace('.', ',')} nats por token";
        return $"of {first.Asked} general questions it answers {second.Right}, the base {first.Right} ({second.Kept(first)} in common): "
            + $"{(fall > 0 ? $"a fall of {Points(fall, language)} points" : "no fall")}, {(passes ? "at most" : "where at most")} "
            + $"{allowed} "
            + $"(or one question) {(passes ? "is allowed" : "are allowed")}; loss of general prose {loss} nats per token";
    }

    private static string Points(double share, string language)
    {
        string points = (share * 100).ToString("0.0", CultureInfo.InvariantCulture).Replace('-', '−');
        return language == "es" ? points.Replace('.', ',') : points;
    }
}
