using Pipeline.Models.Text;

namespace Pipeline.Models.Evaluation.Examination;

/// <summary>A question with the text that answers it, in the question's language.</summary>
internal static class OpenBookPrompt
{
    private static readonly Dictionary<string, (string Text, string Question, string Order)> Words = new(StringComparer.Ordinal)
    {
        ["en"] = ("Text:", "Question:", "Answer with the text, in few words."),
        ["es"] = ("Texto:", "Pregunta:", "Responde con el texto, en pocas palabras."),
        ["de"] = ("Text:", "Frage:", "Antworte mit dem Text, in wenigen Worten."),
        ["fr"] = ("Texte :", "Question :", "Réponds avec le texte, en peu de mots."),
        ["pt"] = ("Texto:", "Pergunta:", "Responda com o texto, em poucas palavras."),
        ["it"] = ("Testo:", "Domanda:", "Rispondi con il testo, in poche parole."),
    };

    /// <summary>What the user says.</summary>
    /// <param name="item">A question with a context.</param>
    /// <param name="tokenizer">Counts.</param>
    /// <param name="most">Tokens of the context that are kept, from its beginning.</param>
    public static string Of(ExamItem item, HubTokenizer tokenizer, int most)
    {
        (string text, string question, string order) = Words.GetValueOrDefault(item.Language, Words["en"]);
        int[] ids = tokenizer.Encode(item.Context, allowSpecialTokens: false);
        string context = ids.Length <= most ? item.Context : tokenizer.Decode(ids[..most]);
        return $"{text}\n{context.Trim()}\n\n{question} {item.Question}\n{order}";
    }
}
