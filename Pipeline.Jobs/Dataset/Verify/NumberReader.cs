using System.Text.RegularExpressions;

namespace Pipeline.Jobs.Dataset.Verify;

/// <summary>Numbers in figures, whatever their separators: <c>1,000</c>, <c>1.000</c>, <c>1 000</c> and <c>1000</c> can be one
/// value.</summary>
internal static partial class NumberReader
{
    /// <summary>A number as written, and what it can mean.</summary>
    /// <param name="Text">As written.</param>
    /// <param name="Values">What it can be: plain decimal notation without needless zeros, or a version as it stands.</param>
    /// <param name="Parts">Its runs of digits, where it can also be a date or several numbers; otherwise empty.</param>
    public sealed record Number(string Text, IReadOnlyList<string> Values, IReadOnlyList<string> Parts);

    /// <summary>Numbers of a text that <see cref="TextWords.Flat"/> made.</summary>
    /// <param name="flat">The text.</param>
    /// <param name="insideWords">Whether digits within names (<c>x86</c>) count.</param>
    public static IEnumerable<Number> Read(string flat, bool insideWords)
    {
        foreach (Match match in Figures().Matches(flat))
        {
            int before = match.Index - 1, after = match.Index + match.Length;
            bool named = before >= 0 && (char.IsLetter(flat[before]) && !TextWords.IsUnspaced(flat[before]) || flat[before] == '_')
                || match.Value == "0" && after < flat.Length && flat[after] is 'x' or 'X';
            if (insideWords || !named)
                yield return Meaning(match.Value);
        }
    }

    private static Number Meaning(string text)
    {
        string compact = text.Replace(" ", "", StringComparison.Ordinal).Replace("'", "", StringComparison.Ordinal);
        int points = compact.Count(c => c == '.'), commas = compact.Count(c => c == ',');
        List<string> values = [];
        if (points + commas == 0)
            values.Add(Plain(compact));
        else if (points > 0 && commas > 0)
        {
            char last = compact.LastIndexOf('.') > compact.LastIndexOf(',') ? '.' : ',';
            if (compact.Count(c => c == last) == 1)
                values.Add(Plain(compact.Replace(last == '.' ? "," : ".", "", StringComparison.Ordinal).Replace(',', '.')));
        }
        else
        {
            string[] groups = compact.Split('.', ',');
            if (groups.Length == 2)
                values.Add(Plain($"{groups[0]}.{groups[1]}"));
            if (groups[0] != "0" && groups[0].Length <= 3 && groups.Skip(1).All(g => g.Length == 3))
                values.Add(Plain(string.Concat(groups)));
            if (groups.Length > 2)
                values.Add(string.Join('.', groups.Select(Plain)));
        }
        string[] runs = text.Split('.', ',', ' ', '\'');
        bool date = runs is [{ Length: <= 2 }, { Length: <= 2 }, { Length: 4 }] or [{ Length: 4 }, { Length: <= 2 }, { Length: <= 2 }];
        return new(text, values, date || text.Contains(' ') ? [.. runs.Select(Plain)] : []);
    }

    /// <summary>Shorter forms of a version: <c>3.12</c> and <c>3</c> for <c>3.12.4</c>; none for other numbers.</summary>
    public static IEnumerable<string> Shortened(Number number)
    {
        string[] parts = number.Text.Split('.');
        for (int length = 1; length < parts.Length && parts.Length > 2; length++)
            yield return length == 2 ? Plain($"{parts[0]}.{parts[1]}") : string.Join('.', parts.Take(length).Select(Plain));
    }

    private static string Plain(string digits)
    {
        int point = digits.IndexOf('.');
        string whole = (point < 0 ? digits : digits[..point]).TrimStart('0');
        string rest = point < 0 ? "" : digits[(point + 1)..].TrimEnd('0');
        return (whole.Length == 0 ? "0" : whole) + (rest.Length == 0 ? "" : "." + rest);
    }

    [GeneratedRegex(@"[0-9]+(?:[.,'][0-9]+|[ ][0-9]{3}(?![0-9]))*")]
    private static partial Regex Figures();
}
