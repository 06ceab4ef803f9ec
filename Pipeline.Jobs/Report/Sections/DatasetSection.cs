using Pipeline.Jobs.Dataset.Rows;
using static Pipeline.Jobs.Report.ReportWriter;

namespace Pipeline.Jobs.Report.Sections;

/// <summary>What went in, what was left out and why, and what was taught.</summary>
internal static class DatasetSection
{
    private const int LongestText = 900;

    public static void Write(ReportWriter w, Funnel? funnel, IReadOnlyList<ReportSample> samples)
    {
        if (funnel is null && samples.Count == 0) return;
        w.Section("taught", w.W("What was taught", "Lo que se enseñó"));
        if (funnel is not null)
        {
            w.Raw($"<h3>{E(w.W("From the documents to text", "De los documentos al texto"))}</h3>\n");
            w.P($"{w.Count(funnel.Documents)} documents with {w.Count(funnel.Characters)} characters became "
                + $"{w.Count(funnel.Chunks)} pieces.",
                $"{w.Count(funnel.Documents)} documentos con {w.Count(funnel.Characters)} caracteres dieron {w.Count(funnel.Chunks)} "
                + "fragmentos.");
            Parts(w, w.W("Characters", "Caracteres"), funnel.Characters,
                [(w.W("used", "usados"), funnel.CharactersKept, true),
                .. funnel.CharactersLeftOut.OrderByDescending(p => p.Value).ThenBy(p => p.Key, StringComparer.Ordinal)
                    .Select(p => (Reason(w, p.Key), p.Value, false))]);
            w.Raw($"<h3>{E(w.W("From text to rows", "Del texto a las filas"))}</h3>\n");
            Parts(w, w.W("Rows", "Filas"), funnel.Rows,
                [.. funnel.Kept.OrderByDescending(p => p.Value).ThenBy(p => p.Key, StringComparer.Ordinal)
                    .Select(p => (Split(w, p.Key), (long)p.Value, true)),
                .. funnel.Rejected.OrderByDescending(p => p.Value).ThenBy(p => p.Key, StringComparer.Ordinal)
                    .Select(p => (Reason(w, p.Key), (long)p.Value, false))]);
            Counts(w, w.W("Facts by kind", "Hechos por clase"), funnel.Facts);
            Counts(w, w.W("Rows by type", "Filas por tipo"), funnel.Types);
            Counts(w, w.W("Rows by language", "Filas por idioma"), funnel.Languages);
            Counts(w, w.W("Replies of the model that gave no row", "Respuestas del modelo que no dieron filas"), funnel.RepliesRejected);
        }
        if (samples.Count > 0) Samples(w, samples);
        w.End();
    }

    private static void Parts(ReportWriter w, string what, long whole, IReadOnlyList<(string Name, long Count, bool IsKept)> parts)
    {
        if (parts.Count == 0 || whole == 0) return;
        w.TableHead("bars", what, "", w.W("#Number", "#Número"), "#%");
        foreach ((string name, long count, bool isKept) in parts)
            w.Raw($"<tr><th scope=\"row\">{E(name)}</th><td class=\"chart\">"
                + ReportCharts.Part((double)count / whole, isKept ? "adapter" : "left") + "</td>" + N(w.Count(count))
                + N(w.Percent((double)count / whole)) + "</tr>\n");
        w.TableEnd();
    }

    private static void Counts(ReportWriter w, string heading, IReadOnlyDictionary<string, int> counts)
    {
        if (counts.Count == 0) return;
        w.Raw($"<p><strong>{E(heading)}:</strong> ").Raw(string.Join(" · ", counts.OrderByDescending(p => p.Value)
            .ThenBy(p => p.Key, StringComparer.Ordinal).Select(p => $"{E(p.Key.Replace('_', ' '))} {E(w.Count(p.Value))}"))).Raw("</p>\n");
    }

    private static void Samples(ReportWriter w, IReadOnlyList<ReportSample> samples)
    {
        w.Raw($"<h3>{E(w.W("Some rows as they were taught", "Algunas filas tal como se enseñaron"))}</h3>\n")
            .Raw("<ol class=\"answers samples\">\n");
        foreach (ReportSample sample in samples)
        {
            string place = w.Place(sample.Document, sample.Page);
            w.Raw("<li>").Raw(sample.Question.Length > 0 ? Foreign(Cut(sample.Question), sample.Language, css: "question") : "")
                .Raw(Foreign(Cut(sample.Answer), sample.Language))
                .Raw($"<p class=\"place\">{E(sample.Type.Replace('_', ' '))}{(place.Length > 0 ? $" · {place}" : "")}</p></li>\n");
        }
        w.Raw("</ol>\n");
    }

    private static string Cut(string text) => text.Length <= LongestText
        ? text : text[..(char.IsHighSurrogate(text[LongestText - 1]) ? LongestText - 1 : LongestText)] + " …";

    private static string Split(ReportWriter w, string split) => split switch
    {
        "train" => w.W("taught", "enseñadas"),
        "eval" => w.W("kept back for early stopping and loss", "reservadas para la parada temprana y la pérdida"),
        "exam" => w.W("kept back for the examination", "reservadas para el examen"),
        _ => split,
    };

    private static string Reason(ReportWriter w, string reason) => reason switch
    {
        Reasons.Contents => w.W("list of contents", "índice de contenidos"),
        Reasons.Index => w.W("alphabetical index", "índice alfabético"),
        Reasons.References => w.W("references", "referencias"),
        Reasons.Licence => w.W("licence, imprint", "licencia, créditos"),
        Reasons.Boilerplate => w.W("text that documents repeat", "texto repetido entre documentos"),
        Reasons.Furniture => w.W("heads and feet of pages", "cabeceras y pies de página"),
        Reasons.Unreadable => w.W("unreadable", "ilegible"),
        Reasons.TooShort => w.W("too short", "demasiado corto"),
        Reasons.TooLong => w.W("too long", "demasiado largo"),
        Reasons.NoProse => w.W("code and formulas alone", "solo código y fórmulas"),
        Reasons.Duplicate => w.W("the same again", "repetida"),
        Reasons.NearDuplicate => w.W("nearly the same again", "casi repetida"),
        Reasons.WrongNumber => w.W("a number that the source lacks", "un número que no está en la fuente"),
        Reasons.WrongName => w.W("a name that the source lacks", "un nombre que no está en la fuente"),
        Reasons.Ungrounded => w.W("not said by the source", "la fuente no lo dice"),
        Reasons.WrongLanguage => w.W("another language than the source", "otro idioma que la fuente"),
        Reasons.Empty => w.W("empty", "vacía"),
        Reasons.NotSelfContained => w.W("not understandable by itself", "no se entiende por sí sola"),
        Reasons.AnswerInQuestion => w.W("the question says the answer", "la pregunta dice la respuesta"),
        Reasons.Contradiction => w.W("two answers to one question", "dos respuestas a una pregunta"),
        Reasons.Balance => w.W("more than wanted of one kind", "más de las deseadas de una clase"),
        Reasons.Excluded => w.W("excluded by a file", "excluida por un archivo"),
        Reasons.NotAnswerable => w.W("not answered by its text", "su texto no la responde"),
        Reasons.Unparsable => w.W("reply that could not be read", "respuesta que no se pudo leer"),
        Reasons.CallFailed => w.W("call of the model failed", "falló la llamada al modelo"),
        Reasons.Budget => w.W("budget used up", "presupuesto agotado"),
        Reasons.Person => w.W("rejected by a person", "rechazada por una persona"),
        _ => reason.Replace('_', ' '),
    };
}
