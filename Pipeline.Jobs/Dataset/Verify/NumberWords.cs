using System.Collections.Frozen;
using System.Globalization;

namespace Pipeline.Jobs.Dataset.Verify;

/// <summary>Numbers and months written as words in six languages, without accents.</summary>
internal static class NumberWords
{
    private static readonly string[] Counting =
    [
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen"
            + " nineteen twenty",
        "cero uno dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince dieciseis diecisiete dieciocho"
            + " diecinueve veinte",
        "null eins zwei drei vier funf sechs sieben acht neun zehn elf zwolf dreizehn vierzehn funfzehn sechzehn siebzehn achtzehn"
            + " neunzehn zwanzig",
        "zero un deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize dix-sept dix-huit dix-neuf vingt",
        "zero um dois tres quatro cinco seis sete oito nove dez onze doze treze quatorze quinze dezesseis dezessete dezoito dezenove vinte",
        "zero uno due tre quattro cinque sei sette otto nove dieci undici dodici tredici quattordici quindici sedici diciassette diciotto "
            + "diciannove venti",
    ];

    // From thirty to ninety, a hundred, a thousand.
    private static readonly string[] Tens =
    [
        "thirty forty fifty sixty seventy eighty ninety hundred thousand",
        "treinta cuarenta cincuenta sesenta setenta ochenta noventa cien mil",
        "dreissig vierzig funfzig sechzig siebzig achtzig neunzig hundert tausend",
        "trente quarante cinquante soixante soixante-dix quatre-vingts quatre-vingt-dix cent mille",
        "trinta quarenta cinquenta sessenta setenta oitenta noventa cem mil",
        "trenta quaranta cinquanta sessanta settanta ottanta novanta cento mille",
    ];

    private static readonly string[] Months =
    [
        "january february march april may june july august september october november december",
        "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
        "januar februar marz april mai juni juli august september oktober november dezember",
        "janvier fevrier mars avril mai juin juillet aout septembre octobre novembre decembre",
        "janeiro fevereiro marco abril maio junho julho agosto setembro outubro novembro dezembro",
        "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
    ];

    private static readonly FrozenDictionary<string, int> Values = MakeValues();
    private static readonly FrozenDictionary<string, int> MonthNumbers = Months
        .SelectMany(line => line.Split(' ').Select((word, i) => (word, i + 1)))
        .DistinctBy(pair => pair.word).ToFrozenDictionary(pair => pair.word, pair => pair.Item2, StringComparer.Ordinal);

    private static readonly FrozenSet<string> Joining = new[] { "and", "y", "et", "e" }.ToFrozenSet(StringComparer.Ordinal);

    /// <summary>What a word means as a number; null where it is none.</summary>
    /// <param name="word">In lower case, without accents.</param>
    public static int? Value(string word)
    {
        if (Values.TryGetValue(word, out int value))
            return value;
        // German puts the unit first and writes one word: fünfundzwanzig.
        int und = word.IndexOf("und", StringComparison.Ordinal);
        return und > 1 && Values.TryGetValue(word[(und + 3)..], out int tens) && tens is >= 20 and < 100
            && (word[..und] == "ein" ? 1 : Values.GetValueOrDefault(word[..und], -1)) is > 0 and < 10 and int unit ? tens + unit : null;
    }

    /// <summary>The number of a month, 1 to 12; null where the word is none.</summary>
    /// <param name="word">In lower case, without accents.</param>
    public static int? Month(string word) => MonthNumbers.TryGetValue(word, out int month) ? month : null;

    /// <summary>Every number that words of a text mean, alone and as tens with units; months as their number.</summary>
    /// <param name="words">In lower case, without accents, in order.</param>
    public static IEnumerable<string> In(IReadOnlyList<string> words)
    {
        for (int i = 0; i < words.Count; i++)
        {
            if (Month(words[i]) is int month)
                yield return month.ToString(CultureInfo.InvariantCulture);
            if (Value(words[i]) is not int value)
                continue;
            yield return value.ToString(CultureInfo.InvariantCulture);
            int next = i + 1 < words.Count && Joining.Contains(words[i + 1]) ? i + 2 : i + 1;
            if (value is >= 20 and < 100 && value % 10 == 0 && next < words.Count && Value(words[next]) is > 0 and < 10 and int unit)
                yield return (value + unit).ToString(CultureInfo.InvariantCulture);
            if (value is > 1 and < 100 && i + 1 < words.Count && Value(words[i + 1]) is 100 or 1000)
                yield return (value * Value(words[i + 1])!.Value).ToString(CultureInfo.InvariantCulture);
        }
    }

    private static FrozenDictionary<string, int> MakeValues()
    {
        Dictionary<string, int> values = new(StringComparer.Ordinal);
        foreach (string line in Counting)
            foreach ((string word, int i) in line.Split(' ').Select((word, i) => (word, i)))
                values.TryAdd(word, i);
        foreach (string line in Tens)
            foreach ((string word, int i) in line.Split(' ').Select((word, i) => (word, i)))
                values.TryAdd(word, i switch { 7 => 100, 8 => 1000, _ => 30 + 10 * i });
        return values.ToFrozenDictionary(StringComparer.Ordinal);
    }
}
