using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Pipeline.Jobs.Dataset.Rows;
using Pipeline.Jobs.Extract.Blocks;

namespace Pipeline.Tools.Benchmarks;

/// <summary>A row with the chunk it was made from.</summary>
internal sealed record SyntheticRow(Chunk Chunk, Row Row, SyntheticLanguage Language, SyntheticFact? Fact);

/// <summary>A planted fact.</summary>
internal sealed record SyntheticFact(string Id, string Subject, string Attribute, string Value, bool IsNamed, string Evidence,
    string Title);

/// <summary>
/// Invented manuals in six languages with planted facts, and right rows about them as phrasings and models write them. Equal seeds give
/// equal
/// rows.
/// </summary>
internal static class SyntheticRows
{
    private static readonly string[] Syllables = "ka re to mi su la vor den pil gar nos tu bel hin ca dro fen lu mar ve zan qui stro wil"
        .Split(' ');

    private static readonly string[] Endings = "berg mann son ini ez ova oux ira elli dottir sen ski quist ford".Split(' ');

    /// <summary>At least <paramref name="count"/> rows, without rows that are like another.</summary>
    /// <param name="count">How many rows, cut off there.</param>
    /// <param name="seed">Equal seeds give equal rows.</param>
    /// <param name="languages">Which languages; null for all six.</param>
    public static List<SyntheticRow> Make(int count, int seed, IReadOnlyList<SyntheticLanguage>? languages = null)
    {
        languages ??= SyntheticLanguage.All;
        List<SyntheticRow> rows = [];
        for (int document = 0; rows.Count < count; document++)
        {
            SyntheticLanguage language = languages[document % languages.Count];
            Random random = new(seed * 10_007 + document);
            string product = Word(random, 3);
            for (int section = 1; section <= 6; section++)
                rows.AddRange(OfChunk(language, Fill(language.Title, ("{s}", product)), $"document {seed} {document}", section, random));
        }
        return rows[..count];
    }

    /// <summary>A template with its places filled.</summary>
    public static string Fill(string template, params (string Place, string Text)[] texts)
    {
        foreach ((string place, string text) in texts)
            template = template.Replace(place, text, StringComparison.Ordinal);
        return char.ToUpper(template[0], CultureInfo.InvariantCulture) + template[1..];
    }

    /// <summary>A name that no document holds but by chance.</summary>
    public static string Name(Random random)
    {
        string word = Syllables[random.Next(Syllables.Length)] + Syllables[random.Next(Syllables.Length)]
            + Endings[random.Next(Endings.Length)];
        return char.ToUpperInvariant(word[0]) + word[1..];
    }

    /// <summary>A row of a fact.</summary>
    public static Row Make(Chunk chunk, SyntheticFact? fact, RowType type, string question, string answer, string? expected,
        RowGenerator generator) =>
        RowHash.WithHash(new Row
        {
            Hash = "",
            Fact = fact?.Id ?? "",
            Type = type,
            Language = chunk.Language,
            Messages = type == RowType.Text ? [] : [new("user", question), new("assistant", answer)],
            Text = type == RowType.Text ? answer : null,
            Expected = expected,
            Sources = [chunk.Blocks[0].Source],
            Chunk = chunk.Id,
            Section = $"{chunk.DocumentSha256}/{chunk.Section}",
            Evidence = fact?.Evidence ?? "",
            Generator = generator,
        });

    private static IEnumerable<SyntheticRow> OfChunk(SyntheticLanguage language, string title, string document, int section, Random random)
    {
        List<SyntheticFact> facts = [];
        List<string> sentences = [];
        foreach (int _ in Enumerable.Range(0, 3))
        {
            string subject = $"{Capital(Word(random, 2))} {random.Next(2, 99)}";
            foreach (int i in Enumerable.Range(0, language.Attributes.Length).OrderBy(_ => random.Next()).Take(3))
                facts.Add(Plant(language, title, subject, language.Attributes[i], Number(random, language, i), false, random));
            string attribute = language.NamedAttributes[random.Next(language.NamedAttributes.Length)];
            facts.Add(Plant(language, title, subject, attribute, $"{Name(random)} {Name(random)}", true, random));
        }
        foreach ((int i, SyntheticFact fact) in facts.Index())
        {
            sentences.Add(fact.Evidence);
            if (i % 2 == 0)
                sentences.Add(language.Filler[random.Next(language.Filler.Length)]);
        }
        Chunk chunk = ChunkOf(language, title, document, section, string.Join(' ', sentences));
        foreach (SyntheticFact fact in facts)
            foreach (Row row in OfFact(language, chunk, fact, random))
                yield return new(chunk, row, language, fact);
        string subjects = string.Join(", ", facts.Select(f => f.Subject).Distinct());
        IEnumerable<string> few = facts.Take(6).Select(f => f.Evidence);
        yield return new(chunk, Make(chunk, null, RowType.Rewrite, Fill(language.Rewrite, ("{s}", subjects)),
            string.Join(' ', few.Reverse().Append(language.Filler[0])), null, new("model", "model.easy", "1", "m")), language, null);
        yield return new(chunk, Make(chunk, null, RowType.KeyPoints, Fill(language.KeyPoints, ("{s}", subjects)),
            string.Join('\n', few.Select((e, i) => $"{i + 1}. {e}")), null, new("model", "model.points", "1", "m")), language, null);
        yield return new(chunk, Make(chunk, null, RowType.Text, "", chunk.Text, null, new("text", "text", "1")), language, null);
    }

    private static IEnumerable<Row> OfFact(SyntheticLanguage language, Chunk chunk, SyntheticFact fact, Random random)
    {
        (string, string)[] places = [("{s}", fact.Subject), ("{a}", fact.Attribute), ("{v}", fact.Value), ("{t}", fact.Title)];
        foreach ((int i, string question) in language.Questions.Index())
        {
            string answer = Fill(language.Answers[random.Next(language.Answers.Length)], places);
            // A writer may leave separators away.
            if (!fact.IsNamed && random.Next(3) == 0)
                answer = answer.Replace(language.ThousandSeparator + "000", "000", StringComparison.Ordinal);
            RowGenerator generator = i < 3 ? new("phrasebook", $"key_value.question.{i}", "1")
                : new("model", $"model.question.{i}", "1", "m");
            yield return Make(chunk, fact, RowType.Question, Fill(question, places), answer, fact.Value, generator);
        }
        yield return Make(chunk, fact, RowType.Reverse, Fill(language.Reverse, places), fact.Subject, fact.Subject,
            new("phrasebook", "key_value.reverse.0", "1"));
        yield return Make(chunk, fact, RowType.Cloze, Fill(language.Cloze, places), fact.Value, fact.Value,
            new("phrasebook", "key_value.cloze.0", "1"));
    }

    private static SyntheticFact Plant(
        SyntheticLanguage language, string title, string subject, string attribute, string value, bool named, Random random)
    {
        string statement = language.Statements[random.Next(language.Statements.Length)];
        return new(RowHash.OfFact(title, subject, attribute), subject, attribute, value, named,
            Fill(statement, ("{s}", subject), ("{a}", attribute), ("{v}", value)), title);
    }

    private static string Number(Random random, SyntheticLanguage language, int attribute) => random.Next(4) switch
    {
        0 => $"{random.Next(2, 90)}{language.ThousandSeparator}000 {language.Units[attribute]}",
        1 => string.Create(CultureInfo.InvariantCulture,
            $"{random.Next(1, 40)}{(language.Code == "en" ? '.' : ',')}{random.Next(1, 9)} {language.Units[attribute]}"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{random.Next(100, 999)} {language.Units[attribute]}"),
    };

    private static Chunk ChunkOf(SyntheticLanguage language, string title, string document, int section, string text)
    {
        string sha = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(document)));
        string file = document.Replace(' ', '-') + ".pdf";
        ChunkBlock block = new()
        {
            Source = new(sha, file, section, $"p{section}-b2", 0, text.Length),
            Kind = BlockKind.Paragraph,
            Text = text,
        };
        return new()
        {
            Id = RowHash.Of("chunk", sha, text),
            DocumentSha256 = sha,
            Document = file,
            Title = title,
            Headings = [$"{language.Section} {Capital(Word(new(section), 2))}"],
            Section = $"p{section}-b1",
            Language = language.Code,
            Blocks = [block],
            Tokens = text.Length / 4,
        };
    }

    private static string Word(Random random, int syllables) =>
        Capital(string.Concat(Enumerable.Range(0, syllables + 1).Select(_ => Syllables[random.Next(Syllables.Length)])));

    private static string Capital(string word) => char.ToUpperInvariant(word[0]) + word[1..];
}
