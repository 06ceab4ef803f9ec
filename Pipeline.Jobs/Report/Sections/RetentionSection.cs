using Pipeline.Models.Evaluation;
using Pipeline.Models.Evaluation.Examination;
using static Pipeline.Jobs.Report.ReportWriter;

namespace Pipeline.Jobs.Report.Sections;

/// <summary>What the model still knows of the world.</summary>
internal static class RetentionSection
{
    private const int Shown = 20;

    public static void Write(ReportWriter w, ExaminationResult examination)
    {
        SideResult[] sides = [.. examination.Sides.Where(side => side.Retention is { Asked: > 0 })];
        if (sides.Length == 0) return;
        RetentionResult first = sides[0].Retention!;
        w.Section("retention", w.W("What it still knows of the world", "Lo que todavía sabe del mundo"));
        w.P("A model that is taught something new may forget what it knew. These questions have nothing to do with the documents.",
            "Un modelo al que se enseña algo nuevo puede olvidar lo que sabía. Estas preguntas no tienen nada que ver con los documentos.");
        w.TableHead("bars", w.W("Model", "Modelo"), w.W("General questions right", "Preguntas generales acertadas"),
            w.W("#Right", "#Aciertos"),
            w.W("#Of those the first answers, kept", "#De las que acierta el primero, conservadas"),
            w.W("#Loss of general prose", "#Pérdida en prosa general"));
        foreach (SideResult side in sides)
        {
            RetentionResult own = side.Retention!;
            Models.Evaluation.Statistics.Proportion share = new(own.Right, own.Asked);
            w.Raw($"<tr><th scope=\"row\"><bdi>{E(side.Name)}</bdi></th><td class=\"chart\">"
                + ReportCharts.Share(share.Share, share.Low, share.High, side.HasAdapter ? "adapter" : "base") + "</td>" + N(w.Share(share))
                + N($"{own.Kept(first)}/{first.Right}", w.W("kept", "conservadas"))
                + N(w.Number(own.Loss, 3), w.W("loss", "pérdida")) + "</tr>\n");
        }
        w.TableEnd();
        if (sides.FirstOrDefault(side => side.HasAdapter) is not { } adapter || ReferenceEquals(adapter, sides[0]))
        {
            w.End();
            return;
        }
        (GeneralReply Before, GeneralReply After)[] lost = [.. first.Replies.Zip(adapter.Retention!.Replies)
            .Where(pair => pair.First.IsRight && !pair.Second.IsRight).Take(Shown)];
        if (lost.Length > 0)
        {
            w.Raw($"<h3>{E(w.W("No longer answered right", "Ya no se aciertan"))}</h3>\n");
            w.TableHead("texts", w.W("Question", "Pregunta"), w.W("Before", "Antes"), w.W("With the adapter", "Con el adaptador"));
            foreach ((GeneralReply before, GeneralReply after) in lost)
                w.Raw("<tr><td>" + Foreign(before.Question.Question, before.Question.Language) + "</td><td>"
                    + Foreign(before.Reply, before.Question.Language) + "</td><td>" + Foreign(after.Reply, before.Question.Language)
                    + "</td></tr>\n");
            w.TableEnd();
        }
        w.End();
    }
}
