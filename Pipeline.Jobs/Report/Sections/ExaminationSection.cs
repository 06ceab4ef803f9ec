using Pipeline.Jobs.Evaluate;
using Pipeline.Models.Evaluation.Examination;
using Pipeline.Models.Evaluation.Statistics;
using static Pipeline.Jobs.Report.ReportWriter;

namespace Pipeline.Jobs.Report.Sections;

/// <summary>Figures of the examination: shares of every side, measures, and gains by document and type.</summary>
internal static class ExaminationSection
{
    public static void Write(ReportWriter w, TeachingReport report, ExaminationFigures figures)
    {
        w.Section("examination", w.W("The examination", "El examen"));
        w.P("Bars show the share of questions answered right, the thin line its 95 % interval. Closed book: no document at hand, so what "
            + "counts is what the model knows. Open book: the text that answers stands in the question, which is about the best that "
            + "can be expected of this model. Unseen documents are the control: nothing about them was taught.",
            "Las barras muestran la parte de preguntas acertadas; la línea fina, su intervalo del 95 %. Sin documentos: cuenta lo que "
            + "el modelo sabe. Con el texto a la vista: el texto que responde está en la pregunta, más o menos lo mejor que se puede "
            + "esperar de este modelo. Los documentos no vistos son el control: no se enseñó nada sobre ellos.");
        Shares(w, figures);
        Measures(w, report, figures);
        foreach (SideComparison comparison in figures.Comparisons) Gains(w, comparison);
        if (report.Judge is { } judge) Judge(w, judge);
        w.End();
    }

    private static void Shares(ReportWriter w, ExaminationFigures figures)
    {
        w.TableHead("bars", w.W("Model", "Modelo"), w.W("Questions", "Preguntas"), "", w.W("#Right", "#Aciertos"), "#95 %");
        foreach (SideFigures side in figures.Sides)
        {
            Row(w, side, w.W("closed book", "sin documentos"), side.Right, true);
            Row(w, side, w.W("open book", "con el texto a la vista"), side.OpenBook, false);
            Row(w, side, w.W("the same questions, closed book", "las mismas preguntas, sin documentos"),
                side.OpenBook.Total == 0 || side.OpenBook.Total == side.Right.Total ? new Proportion(0, 0) : side.ClosedOfOpenBook, false);
            Row(w, side, w.W("unseen documents", "documentos no vistos"), side.Control, false);
            Row(w, side, w.W("unanswerable, refused (right)", "sin respuesta, rechazadas (bien)"), side.Refused, false);
            Row(w, side, w.W("answerable, refused (wrong)", "con respuesta, rechazadas (mal)"),
                side.FalselyRefused.Count == 0 ? new Proportion(0, 0) : side.FalselyRefused, false);
        }
        w.TableEnd();
    }

    private static void Row(ReportWriter w, SideFigures side, string what, Proportion share, bool isFirst)
    {
        if (share.Total == 0) return;
        string css = side.Name == ExamSide.Base ? "base" : "adapter";
        w.Raw($"<tr{(isFirst ? " class=\"first\"" : "")}><th scope=\"row\">{(isFirst ? $"<bdi>{E(side.Name)}</bdi>" : "")}</th>"
            + $"<td>{E(what)}</td><td class=\"chart\">{ReportCharts.Share(share.Share, share.Low, share.High, css)}</td>"
            + N(w.Share(share)) + N($"{w.Percent(share.Low)} – {w.Percent(share.High)}") + "</tr>\n");
    }

    private static void Measures(ReportWriter w, TeachingReport report, ExaminationFigures figures)
    {
        w.Raw($"<h3>{E(w.W("Measures, closed book", "Medidas, sin documentos"))}</h3>\n");
        w.TableHead("", w.W("Model", "Modelo"), w.W("#Right", "#Aciertos"), w.W("#Exact", "#Exactas"), w.W("#Numbers", "#Números"),
            w.W("#Contains", "#Contiene"), "#Token F1", "#ROUGE-L", "#chrF", w.W("#Loss", "#Pérdida"), w.W("#Cut", "#Cortadas"),
            w.W("#Failed calls", "#Llamadas fallidas"));
        foreach (SideFigures side in figures.Sides)
        {
            double? loss = report.Examination!.Side(side.Name).Loss;
            w.Raw($"<tr><th scope=\"row\"><bdi>{E(side.Name)}</bdi></th>" + N(w.Share(side.Right)) + N(w.Share(side.Exact))
                + N(w.Share(side.Numbers)) + N(w.Share(side.Contains)) + N(w.Number(side.TokenF1, 3)) + N(w.Number(side.RougeL, 3))
                + N(w.Number(side.ChrF, 3)) + N(loss is { } value ? w.Number(value, 3) : "–") + N(w.Count(side.Cut))
                + N(w.Count(side.Failures)) + "</tr>\n");
        }
        w.TableEnd();
        w.P("Token F1, ROUGE-L and chrF (0 to 1) and the loss per token of held-out wordings (in nats) measure likeness, form included: a "
            + "model that answers in the right form with the wrong year improves them too. The verdict looks at right answers alone.",
            "Token F1, ROUGE-L y chrF (de 0 a 1) y la pérdida por token de formulaciones reservadas (en nats) miden el parecido, "
            + "incluida la forma: un modelo que responde con la forma correcta y el año equivocado también las mejora. El veredicto "
            + "solo mira aciertos.",
            "note");
    }

    private static void Gains(ReportWriter w, SideComparison comparison)
    {
        string other = SummarySection.NameOf(w, comparison.With);
        w.Raw($"<h3>{E(w.W("Gain over ", "Ganancia sobre "))}<bdi>{E(other)}</bdi></h3>\n");
        w.TableHead("bars gains", w.W("Questions about", "Preguntas sobre"), w.W("#Number", "#Número"), w.W("#Before", "#Antes"),
            w.W("#With the adapter", "#Con el adaptador"), "", w.W("#Gain in points", "#Ganancia en puntos"), "#95 %");
        Gain(w, w.W("everything", "todo"), comparison.Difference, "first");
        if (comparison.ByDocument.Count > 1 || comparison.ByDocument.Any(group => group.Name.Length > 0))
            foreach (GroupDifference group in comparison.ByDocument)
                Gain(w, group.Name.Length > 0 ? group.Name : w.W("no document named", "sin documento"), group.Difference, "");
        if (comparison.ByType.Count > 1)
            foreach (GroupDifference group in comparison.ByType)
                Gain(w, w.W($"type: {group.Name}", $"tipo: {group.Name}"), group.Difference, "");
        if (comparison.Control is { Items: > 0 } control)
            Gain(w, w.W("unseen documents (control)", "documentos no vistos (control)"), control, "");
        w.TableEnd();
        if (comparison.Trained > 0)
            w.P($"Questions left out because one of the two was trained on them: {comparison.Trained}.",
                $"Preguntas que se dejaron fuera porque una de las dos partes se entrenó con ellas: {comparison.Trained}.", "note");
        if (comparison.Failed > 0)
            w.P($"Questions left out because a call of the model failed: {comparison.Failed}.",
                $"Preguntas que se dejaron fuera porque falló una llamada al modelo: {comparison.Failed}.", "note");
    }

    private static void Gain(ReportWriter w, string name, PairedDifference d, string css) =>
        w.Raw($"<tr class=\"{css}\"><th scope=\"row\"><bdi>{E(name)}</bdi></th>" + N(w.Count(d.Items), w.W("questions", "preguntas"))
            + N(w.Count(d.FirstRight), w.W("before", "antes")) + N(w.Count(d.SecondRight), w.W("with the adapter", "con el adaptador"))
            + $"<td class=\"chart\">{ReportCharts.Difference(d.Mean, d.Low, d.High)}</td>"
            + N(w.Points(d.Mean), w.W("gain", "ganancia")) + N($"{w.Points(d.Low)} … {w.Points(d.High)}", "95 %") + "</tr>\n");

    private static void Judge(ReportWriter w, JudgeResult judge) => w.P(
        $"A judge ({judge.Model}) holds {judge.Right} of {judge.Judged} replies of {judge.Side} to mean what the right answer means; it "
        + $"agrees with string match on {w.Percent(judge.Agreement)} of them (Cohen's kappa {w.Number(judge.Kappa, 2)}), and failed on "
        + $"{judge.Failures}.",
        $"Un juez ({judge.Model}) considera que {judge.Right} de {judge.Judged} respuestas de {judge.Side} significan lo mismo que la "
        + $"correcta; coincide con la comparación de textos en el {w.Percent(judge.Agreement)} (kappa de Cohen "
        + $"{w.Number(judge.Kappa, 2)}) y falló en {judge.Failures}.");
}
