using Pipeline.Models.Evaluation.Examination;

namespace Pipeline.Jobs.Report.Sections;

/// <summary>How the figures came about.</summary>
internal static class MethodSection
{
    public static void Write(ReportWriter w, ExaminationResult examination)
    {
        w.Section("method", w.W("How to read the figures", "Cómo leer las cifras"));
        w.P("Questions. For each fact one or two wordings were kept back from the first day on; the model never saw them. Replies are the "
            + $"likeliest words each time, so the same examination gives the same replies; they end after {examination.MaxNewTokens} "
            + "tokens, and one that is cut there ends with […].",
            "Preguntas. De cada hecho se reservaron una o dos formulaciones desde el primer día; el modelo nunca las vio. Las "
            + "respuestas toman siempre las palabras más probables, así que el mismo examen da las mismas; terminan a los "
            + $"{examination.MaxNewTokens} tokens, y una cortada ahí acaba en […].");
        w.P("Right. An answer with numbers is right when all of them stand in the reply, in any notation and without another unit, and the "
            + "reply does not list guesses. Another short answer is right when it stands in the reply as words of its own. A long one "
            + "needs its numbers and four fifths of the words that the question does not say. Of a list every item must be named.",
            "Acierto. Una respuesta con números es correcta si todos están en la contestación, en cualquier notación y sin otra unidad, "
            + "y la contestación no enumera conjeturas. Otra respuesta corta es correcta si está en ella como palabras propias. Una "
            + "larga necesita sus números y cuatro quintos de las palabras que la pregunta no dice. De una lista hay que nombrar todo.");
        w.P("Intervals. The true share lies within a 95 % interval in 95 of 100 such examinations. Questions of one section are alike, so "
            + "gains count sections, not questions, as what was drawn (jackknife over sections, Student's t, never narrower than "
            + "Newcombe's interval for paired shares). A gain is called shown only when its whole interval lies above zero.",
            "Intervalos. La parte verdadera está dentro de un intervalo del 95 % en 95 de cada 100 exámenes así. Las preguntas de una "
            + "sección se parecen, así que para las ganancias cuentan las secciones, no las preguntas (jackknife por secciones, t de "
            + "Student, nunca más estrecho que el intervalo de Newcombe para partes emparejadas). Una ganancia se da por demostrada "
            + "solo si todo su intervalo está por encima de cero.");
        w.P("Failures. Calls of the model that failed count neither as right nor as wrong.",
            "Fallos. Las llamadas al modelo que fallaron no cuentan ni como aciertos ni como errores.");
        w.End();
    }
}
