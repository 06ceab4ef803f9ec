using System.Text;
using System.Text.RegularExpressions;

namespace Pipeline.Jobs.Dataset.Writing.Replies;

/// <summary>Questions and answers, bullets and judgements in plain lines.</summary>
internal static partial class QuestionLines
{
    private const int MostLines = 2000;
    private const int LongestLine = 4000;

    /// <summary>Pairs: <c>Q:</c> and <c>A:</c> in several languages, or a numbered question and what follows.</summary>
    public static IReadOnlyList<ReadQuestion> Read(string text)
    {
        List<ReadQuestion> pairs = [];
        string? question = null;
        StringBuilder answer = new();
        bool answering = false;
        foreach (string raw in text.Split('\n').Take(MostLines))
        {
            string line = raw.Trim();
            if (line.Length is 0 or > LongestLine || line.StartsWith("```", StringComparison.Ordinal))
            {
                if (answering && answer.Length > 0 && line.Length > LongestLine) End();
                continue;
            }
            Match label = Label().Match(line);
            string rest = label.Success ? line[label.Length..].Trim().Trim('*').Trim() : line;
            if (label.Success && label.Groups["q"].Success)
            {
                End();
                // Both on one line.
                Match inner = InnerAnswer().Match(rest);
                question = (inner.Success ? rest[..inner.Index] : rest).Trim().Trim('*').Trim();
                if (inner.Success)
                {
                    answer.Append(rest[(inner.Index + inner.Length)..].Trim().Trim('*').Trim());
                    answering = true;
                }
            }
            else if (label.Success)
            {
                if (question is null) continue;
                answer.Append(rest);
                answering = true;
            }
            else if (WithoutMarker(line) is { Length: > 8 } bare && bare.EndsWith('?') && bare.Length < line.Length)
            {
                End();
                question = bare;
            }
            else if (question is { Length: 0 })
            {
                question = line.Trim('*').Trim();
            }
            else if (question is not null && (answering || question.EndsWith('?')))
            {
                if (answer.Length > 0) answer.Append(' ');
                answer.Append(WithoutMarker(line));
                answering = true;
            }
        }
        End();
        return pairs;

        void End()
        {
            if (question is { Length: > 0 } && answer.Length > 0) pairs.Add(new ReadQuestion(question, answer.ToString().Trim()));
            question = null;
            answering = false;
            answer.Clear();
        }
    }

    /// <summary>The texts of lines with bullets or numbers.</summary>
    public static IEnumerable<string> Bullets(string text) => text.Split('\n').Take(MostLines).Select(line => line.Trim())
        .Where(line => line.Length <= LongestLine && Marker().IsMatch(line)).Select(WithoutMarker).Where(line => line.Length > 1);

    /// <summary>A line without its bullet or number and without asterisks around it.</summary>
    public static string WithoutMarker(string line)
    {
        string text = line.Trim();
        Match marker = Marker().Match(text);
        return (marker.Success ? text[marker.Length..] : text).Trim().Trim('*').Trim();
    }

    /// <summary>The first clear yes or no after one of the names, or at the beginning; null where there is none.</summary>
    public static bool? YesOrNo(string text, params string[] names)
    {
        foreach (string name in names)
        {
            int at = text.IndexOf(name, StringComparison.OrdinalIgnoreCase);
            if (at >= 0 && First(text.AsSpan(at + name.Length)) is { } named) return named;
        }
        return First(text);

        static bool? First(ReadOnlySpan<char> rest)
        {
            ReadOnlySpan<char> word = rest.TrimStart(" \t\n:*\"'=-.>#`");
            int length = 0;
            while (length < word.Length && char.IsLetter(word[length])) length++;
            return word[..length].ToString().ToLowerInvariant() switch
            {
                "yes" or "true" or "correct" or "ja" or "sí" or "si" or "sì" or "oui" or "sim" => true,
                "no" or "false" or "incorrect" or "wrong" or "not" or "nein" or "non" or "não" => false,
                _ => null,
            };
        }
    }

    [GeneratedRegex(@"^[\s>#*\-]{0,6}(?:\d{1,3}\s?[.):]\s*)?\**\s*(?:(?<q>Q|Question|Frage|Pregunta|Pergunta|Domanda)|(?<a>A|Answer|Antwort"
        + @"|Respuesta|Réponse|Resposta|Risposta))(?:\s?\d{0,3}\s?\**\s?:|\s?\d{1,3}\s?\**[.)])", RegexOptions.IgnoreCase)]
    private static partial Regex Label();

    [GeneratedRegex(@"\s\**(?:A|Answer|Antwort|Respuesta|Réponse|Resposta|Risposta)\**\s?\d{0,3}\**:", RegexOptions.IgnoreCase)]
    private static partial Regex InnerAnswer();

    [GeneratedRegex(@"^(?:[-*•–]\s+|\(?\d{1,3}[.):]\s*)")]
    private static partial Regex Marker();
}
