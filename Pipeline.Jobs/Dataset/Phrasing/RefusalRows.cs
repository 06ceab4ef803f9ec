using System.Text;
using System.Text.RegularExpressions;
using Pipeline.Jobs.Dataset.Rows;

namespace Pipeline.Jobs.Dataset.Phrasing;

/// <summary>
/// Questions in the form of real ones, but about something that no document of the run names, with the answer that it is not known:
/// a model that has learned many answers must also learn when it has none.
/// </summary>
public sealed partial class RefusalRows
{
    private const int Tries = 20;
    private static readonly string[] First = ["Bar", "Cor", "Dal", "Fen", "Gor", "Hel", "Jor", "Kel", "Lam", "Mor", "Nav", "Pel", "Quor",
        "Ros", "Sel", "Tav", "Ul", "Vel", "Wim", "Zor"];
    private static readonly string[] Middle = ["a", "ani", "e", "emo", "i", "ilu", "o", "ora", "u", "uri"];
    private static readonly string[] Last = ["dan", "fex", "gil", "kor", "lith", "mar", "nov", "pas", "rix", "sol", "tek", "vin"];

    private readonly Phrasebook _phrasebook;

    /// <summary>Asks and refuses in the words of a phrasebook.</summary>
    public RefusalRows(Phrasebook phrasebook)
    {
        ArgumentNullException.ThrowIfNull(phrasebook);
        _phrasebook = phrasebook;
    }

    /// <summary>Rows of refusals; equal arguments give equal rows, whatever the order of the facts.</summary>
    /// <param name="allFacts">Facts of the run.</param>
    /// <param name="occursAnywhere">Whether a name stands in any document of the run.</param>
    /// <param name="share">Refusals among all rows, from 0 to below 1: 0.05 gives five of a hundred.</param>
    /// <param name="seed">Another seed gives other questions.</param>
    public IReadOnlyList<Row> Write(IReadOnlyList<Fact> allFacts, Func<string, bool> occursAnywhere, double share, int seed)
    {
        ArgumentNullException.ThrowIfNull(allFacts);
        ArgumentNullException.ThrowIfNull(occursAnywhere);
        ArgumentOutOfRangeException.ThrowIfNegative(share);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(share, 1);
        int wanted = (int)Math.Round(share / (1 - share) * allFacts.Sum(fact => _phrasebook.Write(fact).Count),
            MidpointRounding.AwayFromZero);
        string salt = FormattableString.Invariant($"{seed}");
        List<Row> rows = [];
        HashSet<string> asked = new(StringComparer.Ordinal);
        foreach (Fact fact in allFacts.Where(fact => fact.Kind is "table" or "key_value" or "definition")
            .OrderBy(fact => RowHash.Of("refusal", salt, fact.Id), StringComparer.Ordinal).ThenBy(fact => fact.Chunk,
                StringComparer.Ordinal))
        {
            if (rows.Count >= wanted)
                break;
            if (Swapped(fact, salt, occursAnywhere) is not { } swapped || !asked.Add(swapped.Id))
                continue;
            (IReadOnlyList<(string Key, string Question)> questions, IReadOnlyList<string> refusals,
                string version) = _phrasebook.Unanswerable(swapped);
            rows.AddRange(questions.Take(wanted - rows.Count).Select((question, i) => RowHash.WithHash(new Row
            {
                Hash = "",
                Fact = swapped.Id,
                Type = RowType.Refusal,
                Language = fact.Language,
                Messages = [new RowMessage("user", question.Question), new RowMessage("assistant", refusals[(Pick(swapped.Id,
                    refusals.Count) + i) % refusals.Count])],
                Sources = fact.Sources,
                Chunk = fact.Chunk,
                Section = fact.Section,
                Generator = new RowGenerator("phrasebook", $"refusal.{question.Key}", version),
            })));
        }
        return rows;
    }

    /// <summary>The fact about a name that stands nowhere; null where none was found.</summary>
    private static Fact? Swapped(Fact fact, string salt, Func<string, bool> occursAnywhere)
    {
        // Of a list of keys the key is asked for, not the heading over it.
        bool key = fact.Kind == "key_value";
        string known = key ? fact.Attribute! : fact.Subject;
        for (int i = 0; i < Tries; i++)
        {
            string hash = RowHash.Of("name", salt, fact.Id, FormattableString.Invariant($"{i}"));
            string name = i < Tries / 2 && Digits().IsMatch(known) ? OtherDigits(known, hash) : Invented(hash);
            if (string.Equals(name, known, StringComparison.OrdinalIgnoreCase) || occursAnywhere(name))
                continue;
            (string subject, string? attribute) = key ? (fact.Subject, name) : (name, fact.Attribute);
            return fact with
            {
                Id = RowHash.OfFact(fact.Scope, subject, attribute),
                Subject = subject,
                Attribute = attribute,
                Value = "",
                Items = [],
                Peers = [],
                Evidence = "",
            };
        }
        return null;
    }

    /// <summary>"E02" gives "E79": a code of the same form.</summary>
    private static string OtherDigits(string name, string hash)
    {
        StringBuilder changed = new(name);
        int at = 0;
        for (int i = 0; i < changed.Length; i++)
        {
            if (char.IsAsciiDigit(changed[i]))
                changed[i] = (char)('1' + (Hex(hash[at++ % hash.Length]) % 9));
        }
        return changed.ToString();
    }

    private static string Invented(string hash) => First[Pick(hash, First.Length)] + Middle[Pick(hash[4..], Middle.Length)]
        + Last[Pick(hash[8..], Last.Length)];

    private static int Pick(string hash, int count) => ((Hex(hash[0]) * 256) + (Hex(hash[1]) * 16) + Hex(hash[2])) % count;

    private static int Hex(char digit) => char.IsAsciiDigit(digit) ? digit - '0' : digit - 'a' + 10;

    [GeneratedRegex("[0-9]")]
    private static partial Regex Digits();
}
