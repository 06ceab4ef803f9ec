using Pipeline.Models.Evaluation.Examination;
using Pipeline.Models.Evaluation.Statistics;
using static Pipeline.Jobs.Report.ReportWriter;

namespace Pipeline.Jobs.Report.Sections;

/// <summary>What happened and what came of it, for a reader who reads nothing else.</summary>
internal static class SummarySection
{
    public static void Write(ReportWriter w, TeachingReport report, ExaminationFigures? figures)
    {
        w.Raw("<header>\n").Raw($"<p class=\"over\">{E(w.W("Teaching report", "Informe de enseñanza"))}</p>\n")
            .Raw($"<h1 dir=\"auto\">{E(report.Run)}</h1>\n")
            .Raw($"<p class=\"facts\"><bdi>{E(report.BaseModel)}</bdi>"
                + $"{(report.Adapter is null ? "" : $" + <bdi>{E(report.Adapter)}</bdi>")}"
                + $" · <time datetime=\"{report.WrittenAt:yyyy-MM-ddTHH:mm:ssZ}\">{report.WrittenAt.UtcDateTime:yyyy-MM-dd HH:mm} "
                + "UTC</time></p>\n")
            .Raw("</header>\n");
        SideComparison? gain = figures?.Comparisons.Count > 0 ? figures.Comparisons[0] : null;
        w.Section("summary", w.W("In short", "En resumen"));
        Lead(w, report, figures, gain);
        if (gain is not null) Tiles(w, report, gain);
        Reasons(w, report, figures);
        Warnings(w, report, figures);
        w.End();
    }

    private static void Lead(ReportWriter w, TeachingReport report, ExaminationFigures? figures, SideComparison? gain)
    {
        string what = report.Funnel is { } funnel
            ? w.W($"{w.Count(funnel.Facts.Values.Sum())} facts were found in {w.Count(funnel.Documents)} "
                    + $"{(funnel.Documents == 1 ? "document" : "documents")}, and {w.Count(Train(funnel))} rows about them were taught. ",
                $"Se encontraron {w.Count(funnel.Facts.Values.Sum())} hechos en {w.Count(funnel.Documents)} "
                    + $"{(funnel.Documents == 1 ? "documento" : "documentos")} y se enseñaron {w.Count(Train(funnel))} filas sobre ellos. ")
            : "";
        if (gain is null)
        {
            string side = figures is { Sides: [{ } only, ..] }
                ? w.W($"The base model alone was examined: it answers {only.Right.Count} of {only.Right.Total} questions right.",
                    $"Solo se examinó el modelo base: acierta {only.Right.Count} de {only.Right.Total} preguntas.")
                : w.W("No examination was held.", "No hubo examen.");
            w.Raw($"<p class=\"lead\">{E(what + side)}</p>\n");
            return;
        }
        PairedDifference d = gain.Difference;
        string asked = w.W(
            $"{(what.Length > 0 ? "Then the" : "The")} model was asked {w.Count(d.Items)} questions in wordings that it was never "
            + $"trained on, with no document at hand. The base model answers {w.Count(d.FirstRight)} of them right, the adapter "
            + $"{w.Count(d.SecondRight)}.",
            $"{(what.Length > 0 ? "Después se" : "Se")} hicieron al modelo {w.Count(d.Items)} preguntas con formulaciones con las que "
            + $"nunca se entrenó y sin documentos a la vista. El modelo base acierta {w.Count(d.FirstRight)}; el adaptador, "
            + $"{w.Count(d.SecondRight)}.");
        w.Raw($"<p class=\"lead\">{E(what + asked)}</p>\n");
    }

    private static void Tiles(ReportWriter w, TeachingReport report, SideComparison gain)
    {
        PairedDifference d = gain.Difference;
        w.Raw("<div class=\"tiles\">\n");
        Tile(w, w.W("Base model", "Modelo base"), w.Percent(d.Items == 0 ? 0 : (double)d.FirstRight / d.Items),
            w.W("right, no document at hand", "de aciertos, sin documentos"), "base");
        Tile(w, w.W("With the adapter", "Con el adaptador"), w.Percent(d.Items == 0 ? 0 : (double)d.SecondRight / d.Items),
            w.W("right, the same questions", "de aciertos, las mismas preguntas"), "adapter");
        string verdict = gain.Verdict switch
        {
            "better" => w.W("better", "mejor"),
            "worse" => w.W("worse", "peor"),
            _ => w.W("no difference shown", "sin diferencia demostrada"),
        };
        Tile(w, w.W($"Gain: {verdict}", $"Ganancia: {verdict}"), w.Points(d.Mean),
            w.W($"points; 95 % interval {w.Points(d.Low)} to {w.Points(d.High)}",
                $"puntos; intervalo del 95 %: de {w.Points(d.Low)} a {w.Points(d.High)}"), gain.Verdict);
        if (report.Examination!.Sides is [{ Retention: { } before }, ..] && report.Examination.Side(gain.Side).Retention is { } after)
            Tile(w, w.W("General knowledge", "Conocimiento general"), $"{after.Right}/{before.Asked}",
                w.W($"right; the base {before.Right}", $"aciertos; el modelo base, {before.Right}"), "");
        w.Raw("</div>\n");
    }

    private static void Tile(ReportWriter w, string name, string value, string note, string css) =>
        w.Raw($"<div class=\"tile {css}\"><h3>{E(name)}</h3><p class=\"value\">{E(value)}</p><p>{E(note)}</p></div>\n");

    private static void Reasons(ReportWriter w, TeachingReport report, ExaminationFigures? figures)
    {
        if (report.Promotion is { } promotion)
        {
            string name = promotion.ServedName is null ? "" : $" <bdi>{E(promotion.ServedName)}</bdi>";
            string outcome = (promotion.ServedName, promotion.Promoted) switch
            {
                (null, true) => w.W("The adapter meets the conditions for serving a name.",
                    "El adaptador cumple las condiciones para servir un nombre."),
                (null, false) => w.W("The adapter does not meet the conditions for serving a name.",
                    "El adaptador no cumple las condiciones para servir un nombre."),
                (_, true) => w.W("Promoted: the adapter serves", "Promocionado: el adaptador sirve"),
                _ => w.W("Not promoted: the adapter does not serve", "No promocionado: el adaptador no sirve"),
            };
            w.Raw($"<div class=\"decision {(promotion.Promoted ? "yes" : "no")}\"><h3>{E(outcome)}{name}</h3>\n<ul>");
            foreach (string reason in promotion.Reasons) w.Raw($"<li dir=\"auto\">{E(Sentence(reason))}</li>");
            w.Raw("</ul></div>\n");
            return;
        }
        if (figures is null) return;
        foreach (SideComparison comparison in figures.Comparisons)
            w.Raw($"<p>{E(Sentence(Verdict.Of(comparison.Difference).InWords(NameOf(w, comparison.With), w.Language)))}</p>\n");
    }

    private static void Warnings(ReportWriter w, TeachingReport report, ExaminationFigures? figures)
    {
        List<string> warnings = [.. report.Warnings];
        if (figures is not null)
        {
            foreach (SideComparison comparison in figures.Comparisons)
                warnings.AddRange(Verdict.Of(comparison.Difference).Cautions(w.Language));
            foreach (SideComparison comparison in figures.Comparisons.Where(c => c.Control is { Items: > 0, Low: > 0 }))
                warnings.Add(w.W("the adapter also gains on documents that it never saw: part of the gain is style, not knowledge",
                    "el adaptador también gana en documentos que nunca vio: parte de la ganancia es estilo, no conocimiento"));
            warnings.AddRange(report.Examination!.Warnings);
        }
        if (warnings.Count == 0) return;
        w.Raw($"<div class=\"warnings\"><h3>{E(w.W("To be known when reading this", "Para leer esto hay que saber"))}</h3>\n<ul>");
        foreach (string warning in warnings.Distinct()) w.Raw($"<li dir=\"auto\">{E(Sentence(warning))}</li>");
        w.Raw("</ul></div>\n");
    }

    /// <summary>What a reader calls a side.</summary>
    internal static string NameOf(ReportWriter w, string side) => side == ExamSide.Base ? w.W("the base model", "el modelo base") : side;

    private static string Sentence(string text) => text.Length == 0 ? "" : char.ToUpperInvariant(text[0]) + text[1..];

    private static int Train(Dataset.Rows.Funnel funnel) => funnel.Kept.GetValueOrDefault("train");
}
