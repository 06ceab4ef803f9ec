using System.Globalization;
using Pipeline.Jobs.Dataset.Rows;

namespace Pipeline.Jobs.Dataset.Writing;

/// <summary>What a user says in rows whose answer is a whole text, and how refusals are worded, by language.</summary>
internal sealed record WritingPhrases
{
    private static readonly Dictionary<string, WritingPhrases> ByLanguage = new(StringComparer.Ordinal)
    {
        ["en"] = new()
        {
            Name = "English",
            Easy = "Explain “{0}” from {1} in simple words.",
            Standard = "What does {1} say about “{0}”?",
            Terse = "Sum up “{0}” from {1} in a few words.",
            KeyPoints = "What are the key points of “{0}” in {1}?",
            Refusals = ["The documents I know do not say that.", "I cannot answer that: it is not in the documents.",
                "That is not stated in the documents, so I do not know."],
        },
        ["de"] = new()
        {
            Name = "German",
            Easy = "Erkläre „{0}“ aus {1} in einfachen Worten.",
            Standard = "Was sagt {1} über „{0}“?",
            Terse = "Fasse „{0}“ aus {1} in wenigen Worten zusammen.",
            KeyPoints = "Was sind die wichtigsten Punkte von „{0}“ in {1}?",
            Refusals = ["Das steht nicht in den Dokumenten, die ich kenne.",
                "Das kann ich nicht beantworten: Die Dokumente sagen dazu nichts.",
                "Dazu machen die Dokumente keine Angabe, daher weiß ich es nicht."],
        },
        ["es"] = new()
        {
            Name = "Spanish",
            Easy = "Explica «{0}» de {1} con palabras sencillas.",
            Standard = "¿Qué dice {1} sobre «{0}»?",
            Terse = "Resume «{0}» de {1} en pocas palabras.",
            KeyPoints = "¿Cuáles son los puntos clave de «{0}» en {1}?",
            Refusals = ["Los documentos que conozco no lo dicen.", "No puedo responder a eso: no figura en los documentos.",
                "Eso no se indica en los documentos, así que no lo sé."],
        },
        ["fr"] = new()
        {
            Name = "French",
            Easy = "Explique « {0} » de {1} avec des mots simples.",
            Standard = "Que dit {1} au sujet de « {0} » ?",
            Terse = "Résume « {0} » de {1} en quelques mots.",
            KeyPoints = "Quels sont les points clés de « {0} » dans {1} ?",
            Refusals = ["Les documents que je connais ne le disent pas.",
                "Je ne peux pas répondre : cela ne figure pas dans les documents.",
                "Les documents ne l'indiquent pas, je ne le sais donc pas."],
        },
        ["pt"] = new()
        {
            Name = "Portuguese",
            Easy = "Explica “{0}” de {1} com palavras simples.",
            Standard = "O que diz {1} sobre “{0}”?",
            Terse = "Resume “{0}” de {1} em poucas palavras.",
            KeyPoints = "Quais são os pontos principais de “{0}” em {1}?",
            Refusals = ["Os documentos que conheço não dizem isso.", "Não posso responder a isso: não consta nos documentos.",
                "Isso não é indicado nos documentos, por isso não sei."],
        },
        ["it"] = new()
        {
            Name = "Italian",
            Easy = "Spiega «{0}» da {1} con parole semplici.",
            Standard = "Che cosa dice {1} su «{0}»?",
            Terse = "Riassumi «{0}» da {1} in poche parole.",
            KeyPoints = "Quali sono i punti chiave di «{0}» in {1}?",
            Refusals = ["I documenti che conosco non lo dicono.", "Non posso rispondere: non è scritto nei documenti.",
                "Nei documenti non è indicato, quindi non lo so."],
        },
    };

    /// <summary>English name of the language.</summary>
    public required string Name { get; init; }

    /// <summary>Asks for a simple explanation of a topic of a document.</summary>
    public required string Easy { get; init; }

    /// <summary>Asks for the text itself.</summary>
    public required string Standard { get; init; }

    /// <summary>Asks for it in short.</summary>
    public required string Terse { get; init; }

    /// <summary>Asks for key points.</summary>
    public required string KeyPoints { get; init; }

    /// <summary>Refusals.</summary>
    public required IReadOnlyList<string> Refusals { get; init; }

    /// <summary>The phrases of a language; null where none are known, and a model words its own.</summary>
    public static WritingPhrases? Of(string language) => ByLanguage.GetValueOrDefault(language);

    /// <summary>How a prompt names a language.</summary>
    public static string NameOf(string language) => Of(language)?.Name
        ?? (language is "und" or "" ? "the language of the text" : $"the language of the text (ISO 639-1: {language})");

    /// <summary>A phrase with its topic and document.</summary>
    public static string With(string phrase, string topic, string title) =>
        string.Format(CultureInfo.InvariantCulture, phrase, topic.Trim().TrimEnd('.'), title);

    /// <summary>A refusal that depends on the question alone.</summary>
    public string RefusalFor(string question) =>
        Refusals[Convert.ToInt32(RowHash.OfQuestion(question)[..4], 16) % Refusals.Count];
}
