using static Pipeline.Jobs.Report.ReportWriter;

namespace Pipeline.Jobs.Report.Sections;

/// <summary>Training curves, cost and settings.</summary>
internal static class CostSection
{
    public static void Write(ReportWriter w, TeachingReport report)
    {
        if (report.Loss.Count > 1 || report.EvalLoss.Count > 1)
        {
            w.Section("training", w.W("Training", "Entrenamiento"));
            w.P("Loss per token of what was taught, in nats: how surprising the right answers are to the model.",
                "Pérdida por token de lo enseñado, en nats: cuánto sorprenden al modelo las respuestas correctas.");
            w.Raw(ReportCharts.Curves(w, [("loss-curve", w.W("training", "entrenamiento"), report.Loss),
                ("eval-curve", w.W("wordings kept back", "formulaciones reservadas"), report.EvalLoss)]));
            w.End();
        }
        if (report.Costs.Count > 0)
        {
            w.Section("cost", w.W("Cost", "Coste"));
            double seconds = report.Costs.Sum(cost => cost.Seconds);
            w.TableHead("bars", w.W("Stage", "Etapa"), "", w.W("#Working time", "#Tiempo de trabajo"), "#Tokens", w.W("#Calls of a model",
                "#Llamadas a un modelo"));
            foreach (StageCost cost in report.Costs)
                w.Raw($"<tr><th scope=\"row\">{E(cost.Stage)}</th><td class=\"chart\">"
                    + ReportCharts.Part(seconds > 0 ? cost.Seconds / seconds : 0, "base") + "</td>" + N(w.Duration(cost.Seconds))
                    + N(cost.Tokens is { } tokens ? w.Count(tokens) : "–", "tokens")
                    + N(cost.Calls is { } calls ? w.Count(calls) : "–", w.W("calls", "llamadas")) + "</tr>\n");
            w.Raw($"<tr class=\"first\"><th scope=\"row\">{E(w.W("all", "todo"))}</th><td></td>" + N(w.Duration(seconds))
                + N(w.Count(report.Costs.Sum(cost => cost.Tokens ?? 0)), "tokens")
                + N(w.Count(report.Costs.Sum(cost => cost.Calls ?? 0)), w.W("calls", "llamadas"))
                + "</tr>\n");
            w.TableEnd().End();
        }
        if (report.Settings.Count == 0) return;
        w.Section("settings", w.W("Settings", "Ajustes"));
        w.TableHead("texts", w.W("Name", "Nombre"), w.W("Value", "Valor"));
        foreach (ReportSetting setting in report.Settings)
            w.Raw($"<tr><th scope=\"row\"><code>{E(setting.Name)}</code></th><td dir=\"auto\">{E(setting.Value)}</td></tr>\n");
        w.TableEnd().End();
    }
}
