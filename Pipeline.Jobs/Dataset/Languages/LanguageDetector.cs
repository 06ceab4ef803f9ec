using Lingua;

namespace Pipeline.Jobs.Dataset.Languages;

/// <summary>
/// Tells the language of a text. Program code, identifiers and paths are left out of account. One instance serves all threads; its
/// tables are read when they are first needed.
/// </summary>
public sealed class LanguageDetector
{
    /// <summary>Where the language is not certain.</summary>
    public const string Unknown = "und";

    private const int LongestRead = 20_000;     // characters of a text
    private const int LongestSample = 420;      // characters that are compared: more do not make it more certain
    private const int FewestLetters = 24, FewestWords = 4, FewestSigns = 8;
    private const double Certain = 0.6;

    private static readonly Dictionary<Language, string> Codes = new()
    {
        [Language.English] = "en",
        [Language.Spanish] = "es",
        [Language.German] = "de",
        [Language.French] = "fr",
        [Language.Portuguese] = "pt",
        [Language.Italian] = "it",
        [Language.Dutch] = "nl",
        [Language.Catalan] = "ca",
        [Language.Basque] = "eu",
        [Language.Latin] = "la",
        [Language.Polish] = "pl",
        [Language.Czech] = "cs",
        [Language.Slovak] = "sk",
        [Language.Slovene] = "sl",
        [Language.Croatian] = "hr",
        [Language.Hungarian] = "hu",
        [Language.Romanian] = "ro",
        [Language.Danish] = "da",
        [Language.Swedish] = "sv",
        [Language.Bokmal] = "nb",
        [Language.Finnish] = "fi",
        [Language.Estonian] = "et",
        [Language.Latvian] = "lv",
        [Language.Lithuanian] = "lt",
        [Language.Turkish] = "tr",
        [Language.Vietnamese] = "vi",
        [Language.Indonesian] = "id",
        [Language.Russian] = "ru",
        [Language.Ukrainian] = "uk",
        [Language.Bulgarian] = "bg",
        [Language.Greek] = "el",
        [Language.Arabic] = "ar",
        [Language.Persian] = "fa",
        [Language.Hebrew] = "he",
        [Language.Hindi] = "hi",
        [Language.Thai] = "th",
        [Language.Chinese] = "zh",
        [Language.Japanese] = "ja",
        [Language.Korean] = "ko",
    };

    private static readonly Dictionary<string, Language> ByCode = Codes.ToDictionary(c => c.Value, c => c.Key, StringComparer.Ordinal);

    private readonly Lazy<Lingua.LanguageDetector> _lingua = new(() =>
        LanguageDetectorBuilder.FromLanguages([.. Codes.Keys]).WithLowAccuracyMode().Build());

    /// <summary>The languages that are told apart, by ISO 639-1.</summary>
    public static IReadOnlyCollection<string> Languages { get; } = [.. Codes.Values.Order(StringComparer.Ordinal)];

    /// <summary>ISO 639-1 of a text, or <see cref="Unknown"/> where that is not certain: short text, code, numbers.</summary>
    public string Of(string text)
    {
        ProseWords words = ProseWords.Of(text, LongestRead);
        if (words.Script is { } script)
            return words.Signs >= FewestSigns ? script : Unknown;
        if (words.Letters < FewestLetters || words.Words < FewestWords || !words.IsMostlyProse)
            return Unknown;
        if (words.IsLatin && FunctionWords.LanguageOf(words.Text) is { } plain)
            return plain;
        (Language language, double confidence) = Best(words.Sample(LongestSample)).First();
        return confidence >= Certain && Codes.TryGetValue(language, out string? code) ? code : Unknown;
    }

    /// <summary>Whether a text, however short, may be in a language: false only where it certainly is in another.</summary>
    /// <param name="text">A question, an answer.</param>
    /// <param name="language">ISO 639-1; any text matches <see cref="Unknown"/> and languages that are not known here.</param>
    public bool Matches(string text, string language)
    {
        if (!ByCode.TryGetValue(language, out Language wanted))
            return true;
        ProseWords words = ProseWords.Of(text, LongestRead);
        if (words.Script is { } script)
            return words.Signs < FewestSigns || script == language;
        if (words.Letters < FewestLetters || words.Words < FewestWords)
            return true;
        List<(Language Language, double Confidence)> best = Best(words.Sample(LongestSample));
        double own = best.FirstOrDefault(b => b.Language == wanted).Confidence;
        return best[0].Language == wanted || best[0].Confidence < 0.9 || own > 0.01;
    }

    private List<(Language Language, double Confidence)> Best(string sample) =>
        [.. _lingua.Value.ComputeLanguageConfidenceValues(sample).Select(v => (v.Key, v.Value)).OrderByDescending(v => v.Item2)
            .ThenBy(v => v.Item1)];
}
