using Pipeline.Jobs.Dataset.Verify;

namespace Pipeline.Jobs.Dataset.Filter;

/// <summary>What an answer says, apart from how it is written: <c>5,000 MB</c> and <c>5000 MB.</c> are one value.</summary>
internal sealed class AnswerValue
{
    private readonly string _normalised;
    private readonly HashSet<string> _words;
    private readonly List<IReadOnlyList<string>> _numbers = [];

    public AnswerValue(string answer, string language)
    {
        _normalised = TextWords.Normalised(answer);
        List<string> folded = [.. TextWords.Split(_normalised).Select(TextWords.Fold)];
        _words = [.. folded.Where(w => !w.Any(char.IsDigit) && NumberWords.Value(w) is null && !StopWords.Of(language).Contains(w))];
        foreach (NumberReader.Number number in NumberReader.Read(TextWords.Flat(answer), insideWords: true))
            _numbers.Add(number.Values);
        foreach (string word in NumberWords.In(folded))
            _numbers.Add([word]);
        Key = _numbers.Count == 0 ? _normalised
            : string.Join(' ', [.. _words.Order(StringComparer.Ordinal), .. _numbers.Select(n => n.Count > 0 ? n[0] : "")]);
    }

    /// <summary>Equal for values that differ in punctuation, case or order of words only.</summary>
    public string Key { get; }

    /// <summary>
    /// Whether both say the same as far as rules can tell: equal numbers, and the words of one among those of the other ("1 GB" and "1 GB
    /// per user").
    /// </summary>
    public bool Agrees(AnswerValue other)
    {
        if (_normalised == other._normalised)
            return true;
        if (!NumbersWithin(_numbers, other._numbers) || !NumbersWithin(other._numbers, _numbers))
            return false;
        return _words.Count == 0 && other._words.Count == 0
            ? _numbers.Count > 0
            : _words.Count > 0 && other._words.Count > 0 && (_words.IsSubsetOf(other._words) || other._words.IsSubsetOf(_words));
    }

    private static bool NumbersWithin(List<IReadOnlyList<string>> some, List<IReadOnlyList<string>> all) =>
        some.All(number => all.Any(other => other.Intersect(number, StringComparer.Ordinal).Any()));
}
