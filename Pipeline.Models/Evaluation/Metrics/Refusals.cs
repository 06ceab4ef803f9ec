using Pipeline.Models.Tokenizers;

namespace Pipeline.Models.Evaluation.Metrics;

/// <summary>
/// Whether a reply declines to answer: says in one of six languages that it does not know, or that the documents do not say.
/// </summary>
public static class Refusals
{
    // Beginnings of a reply that answers and adds a doubt at its end are no refusal.
    private const int LookedAt = 240;

    private static readonly string[] Phrases =
    [
        "i don't know", "i do not know", "don't have information", "do not have information", "don't have any information",
        "do not have any information", "don't have enough information", "do not have enough information", "no information",
        "not enough information", "cannot answer", "can't answer", "cannot be answered", "can't be answered", "unable to answer",
        "not able to answer", "do not answer", "does not answer", "doesn't answer", "don't answer", "does not say", "do not say",
        "doesn't say", "don't say", "does not state", "do not state", "is not stated", "does not mention", "do not mention",
        "not mentioned", "does not contain", "do not contain", "does not specify", "do not specify", "not specified", "not covered",
        "don't cover", "do not cover", "does not cover", "not in the document", "not found in the document", "is not known",
        "unknown to me",
        "no lo sé", "no sé ", "no se sabe", "no tengo información", "no dispongo de", "no puedo responder", "no se puede responder",
        "no es posible responder", "no hay información", "no contiene", "no contienen", "no dice", "no dicen", "no indica", "no indican",
        "no menciona", "no mencionan", "no se menciona", "no se indica", "no aparece en", "no consta", "no especifica", "no especifican",
        "no responden", "no responde a",
        "weiß ich nicht", "weiß es nicht", "ich weiß nicht", "kann ich nicht beantworten", "nicht beantworten", "nicht beantwortet",
        "keine information", "keine angabe", "keine auskunft", "geben keine", "gibt keine", "nicht erwähnt", "nicht angegeben",
        "nicht genannt", "steht nicht in", "sagen dazu nichts", "sagt dazu nichts", "sagen nichts", "sagt nichts", "geht nicht hervor",
        "enthalten keine", "enthält keine", "nennen nicht", "nennt nicht", "steht darin nicht", "nicht in den dokumenten",
        "je ne sais pas", "je l'ignore", "je ne peux pas répondre", "ne permet pas de répondre", "ne permettent pas de répondre",
        "impossible de répondre", "pas d'information", "aucune information", "ne dit pas", "ne disent pas", "ne le dit pas",
        "ne le disent pas", "ne précise pas", "ne précisent pas", "ne mentionne pas", "ne mentionnent pas", "n'est pas mentionné",
        "n'est pas indiqué", "n'indique pas", "n'indiquent pas", "ne contient pas", "ne contiennent pas", "ne figure pas",
        "ne répondent pas", "ne répond pas",
        "não sei", "não tenho informaç", "não posso responder", "não é possível responder", "não há informaç", "não diz", "não dizem",
        "não menciona", "não mencionam", "não é mencionad", "não indica", "não indicam", "não contém", "não contêm", "não consta",
        "não constam", "não especifica", "não especificam", "não respondem", "não responde a",
        "non lo so", "non so ", "non dispongo di", "non ho informazioni", "non posso rispondere", "non è possibile rispondere",
        "nessuna informazione", "non ci sono informazioni", "non dice", "non dicono", "non lo dice", "non lo dicono", "non menziona",
        "non menzionano", "non è menzionat", "non indica", "non indicano", "non contiene", "non contengono", "non è indicat",
        "non specifica", "non specificano", "non rispondono", "non risponde a",
    ];

    /// <summary>Whether a reply refuses.</summary>
    /// <param name="reply">What the model said.</param>
    /// <param name="refusal">The refusal that the question expects, word for word also one; empty for none.</param>
    /// <param name="language">ISO 639-1 of the question.</param>
    public static bool Is(string reply, string refusal = "", string language = "und")
    {
        ArgumentNullException.ThrowIfNull(reply);
        ArgumentNullException.ThrowIfNull(refusal);
        string start = CanonicalComposition.ToFormC(reply.Length > LookedAt ? reply[..LookedAt] : reply).ToLowerInvariant()
            .Replace('’', '\'');
        return Phrases.Any(phrase => $"{start} ".Contains(phrase, StringComparison.Ordinal))
            || (refusal.Length > 0 && TokenF1.IsExact(reply, refusal, language));
    }
}
