using Pipeline.Models.Evaluation.Examination;
using static Pipeline.Jobs.Report.ReportWriter;

namespace Pipeline.Jobs.Report.Sections;

/// <summary>Twenty of the best and twenty of the worst answers, all sides beside each other.</summary>
internal static class AnswersSection
{
    private const int Shown = 20, LongestText = 700;

    public static void Write(ReportWriter w, ExaminationResult examination)
    {
        Asked[] asked = [.. AskedOf(examination)];
        string examined = examination.Sides.FirstOrDefault(side => side.HasAdapter)?.Name ?? examination.Sides[0].Name;
        w.Section("answers", w.W("Answers side by side", "Respuestas, una junto a otra"));
        Asked[] best = [.. Spread(asked.Where(a => a.IsRight(examined)), a => a.IsRight(ExamSide.Base) ? 1 : 0).Take(Shown)];
        Asked[] worst = [.. Spread(asked.Where(a => !a.IsRight(examined)),
            a => a.IsRight(ExamSide.Base) ? -1 : a.Replies[examined].Score?.TokenF1 ?? 0).Take(Shown)];
        w.Raw($"<h3>{E(w.W($"Best: {best.Length} of {asked.Count(a => a.IsRight(examined))} right answers, newly learned first",
            $"Las mejores: {best.Length} de {asked.Count(a => a.IsRight(examined))} aciertos, primero lo recién aprendido"))}</h3>\n");
        List(w, examination, best);
        w.Raw($"<h3>{E(w.W($"Worst: {worst.Length} of {asked.Count(a => !a.IsRight(examined))} wrong answers, what the base knew first",
            $"Las peores: {worst.Length} de {asked.Count(a => !a.IsRight(examined))} errores, primero lo que el modelo base "
            + $"sabía"))}</h3>\n");
        List(w, examination, worst);
        Asked[] refusals = [.. AskedOf(examination, answerable: false).Take(5)];
        if (refusals.Length > 0)
        {
            w.Raw($"<h3>{E(w.W("Questions that the documents cannot answer", "Preguntas que los documentos no pueden responder"))}</h3>\n");
            List(w, examination, refusals);
        }
        w.End();
    }

    private static void List(ReportWriter w, ExaminationResult examination, Asked[] asked)
    {
        if (asked.Length == 0)
        {
            w.P("None.", "Ninguna.", "note");
            return;
        }
        w.Raw("<ol class=\"answers\">\n");
        foreach (Asked one in asked)
        {
            ExamItem item = one.Item;
            string place = w.Place(item.Document, item.Page);
            w.Raw("<li>").Raw(Foreign(Cut(item.Question), item.Language, css: "question"))
                .Raw(place.Length > 0 ? $"<p class=\"place\">{place}</p>" : "").Raw("<dl>");
            Line(w, w.W("Expected", "Correcta"), Foreign(Cut(item.Expected), item.Language), "expected", null);
            foreach (SideResult side in examination.Sides)
            {
                ExamReply reply = one.Replies[side.Name];
                string text = reply.Failure is { } failure
                    ? $"<div class=\"note\">{E(w.W("the call failed: ", "la llamada falló: ") + Cut(failure))}</div>"
                    : reply.Text.Length == 0 ? $"<div class=\"note\">{E(w.W("(nothing)", "(nada)"))}</div>"
                    : Foreign(Cut(reply.Text) + (reply.IsCut ? " […]" : ""), item.Language);
                Line(w, side.Name, text, reply.IsRight ? "right" : "wrong",
                    reply.Failure is not null ? null : reply.IsRight ? w.W("right", "bien") : w.W("wrong", "mal"));
            }
            w.Raw("</dl></li>\n");
        }
        w.Raw("</ol>\n");
    }

    private static void Line(ReportWriter w, string name, string html, string css, string? mark) =>
        w.Raw($"<div class=\"{css}\"><dt><bdi>{E(name)}</bdi>{(mark is null ? "" : $" <span class=\"mark\">{E(mark)}</span>")}</dt>"
            + $"<dd>{html}</dd></div>");

    private static IEnumerable<Asked> AskedOf(ExaminationResult examination, bool answerable = true) => examination.Items
        .Select((item, i) => new Asked(item, examination.Sides.ToDictionary(side => side.Name, side => side.Closed[i])))
        .Where(asked => asked.Item.Answerable == answerable);

    // Within a rank one of each document in turn, so that not one document alone is shown.
    private static IEnumerable<Asked> Spread(IEnumerable<Asked> asked, Func<Asked, double> rank) => asked
        .GroupBy(rank).OrderBy(group => group.Key)
        .SelectMany(group => group.GroupBy(a => a.Item.Document, StringComparer.Ordinal)
            .SelectMany(document => document.Select((a, turn) => (Asked: a, Turn: turn))).OrderBy(pair => pair.Turn)
            .Select(pair => pair.Asked));

    private static string Cut(string text)
    {
        if (text.Length <= LongestText) return text;
        int end = char.IsHighSurrogate(text[LongestText - 1]) ? LongestText - 1 : LongestText;
        return text[..end] + " …";
    }

    private sealed record Asked(ExamItem Item, Dictionary<string, ExamReply> Replies)
    {
        public bool IsRight(string side) => Replies.TryGetValue(side, out ExamReply? reply) && reply.IsRight;
    }
}
