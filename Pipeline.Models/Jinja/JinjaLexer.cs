using System.Globalization;
using System.Text;

namespace Pipeline.Models.Jinja;

/// <summary>
/// Takes a template apart as Jinja does with <c>trim_blocks</c> and <c>lstrip_blocks</c>: the line feed behind a block belongs to the
/// block, and so do the blanks before it on its line; <c>-</c> takes all white space, <c>+</c> leaves it. One line feed at the end of
/// the template is dropped. Reference: Jinja 3.1, lexer.
/// </summary>
internal sealed class JinjaLexer
{
    private static readonly string[] Operators =
        ["**", "//", "==", "!=", "<=", ">=", "+", "-", "*", "/", "%", "~", "<", ">", "=", ".", ":", "|", ",", ";", "(", ")", "[", "]",
            "{", "}"];

    private readonly string _source;
    private readonly List<JinjaToken> _tokens = [];
    private int _at, _line = 1;
    private bool _lineStarts = true;    // whether what was read last ends a line

    private JinjaLexer(string source) => _source = source;

    /// <summary>The tokens of a template, the last of them <see cref="JinjaTokenKind.End"/>.</summary>
    /// <exception cref="JinjaException">A tag or string is not closed, or a character has no meaning.</exception>
    public static List<JinjaToken> Read(string template)
    {
        string source = template.Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n');
        if (source.EndsWith('\n')) source = source[..^1];
        JinjaLexer lexer = new(source);
        lexer.ReadAll();
        return lexer._tokens;
    }

    private void ReadAll()
    {
        while (_at < _source.Length)
        {
            int tag = NextTag(_at);
            AddText(_source[_at..(tag < 0 ? _source.Length : tag)], tag);
            if (tag < 0) break;
            Advance(tag);
            char kind = _source[_at + 1];
            Advance(_at + 2);
            if (_at < _source.Length && _source[_at] is '-' or '+') Advance(_at + 1);
            if (kind == '#') SkipComment();
            else if (kind == '{') ReadTag(JinjaTokenKind.OutputStart, JinjaTokenKind.OutputEnd, "}}");
            else if (!ReadRaw()) ReadTag(JinjaTokenKind.BlockStart, JinjaTokenKind.BlockEnd, "%}");
        }
        _tokens.Add(new JinjaToken(JinjaTokenKind.End, "", _line));
    }

    private int NextTag(int from)
    {
        for (int i = from; i + 1 < _source.Length; i++)
            if (_source[i] == '{' && _source[i + 1] is '{' or '%' or '#') return i;
        return -1;
    }

    private void AddText(string text, int tag)
    {
        if (tag >= 0) text = BeforeTag(text, tag);
        if (text.Length > 0) _tokens.Add(new JinjaToken(JinjaTokenKind.Text, text, _line));
    }

    private string BeforeTag(string text, int tag)
    {
        char sign = tag + 2 < _source.Length ? _source[tag + 2] : ' ';
        if (sign == '-') return TrimEnd(text);
        if (sign == '+' || _source[tag + 1] == '{') return text;
        int lineStart = text.LastIndexOf('\n') + 1;
        return (lineStart > 0 || _lineStarts) && text.AsSpan(lineStart).IsWhiteSpace() ? text[..lineStart] : text;
    }

    private void SkipComment()
    {
        int end = _source.IndexOf("#}", _at, StringComparison.Ordinal);
        if (end < 0) throw Fault("a comment is not closed");
        Advance(end);
        EndTag(end > 0 ? _source[end - 1] : ' ', trimsLine: true);
    }

    /// <summary>Behind the closing mark, which begins at the current place: white space that belongs to the tag.</summary>
    private void EndTag(char sign, bool trimsLine)
    {
        int end = _at + 2;
        if (sign == '-')
            while (end < _source.Length && PythonStrings.IsSpace(_source[end])) end++;
        else if (trimsLine && sign != '+' && end < _source.Length && _source[end] == '\n')
            end++;
        Advance(end);
        _lineStarts = _source[end - 1] == '\n';
    }

    private bool ReadRaw()
    {
        int at = SkipSpace(_at);
        if (!IsWord(at, "raw")) return false;
        at = SkipSpace(at + 3);
        char sign = at < _source.Length ? _source[at] : ' ';
        int close = sign is '-' or '+' ? at + 1 : at;
        if (!_source.AsSpan(close).StartsWith("%}", StringComparison.Ordinal)) return false;
        Advance(close);
        EndTag(sign, trimsLine: true);
        for (int tag = _source.IndexOf("{%", _at, StringComparison.Ordinal); tag >= 0;
            tag = _source.IndexOf("{%", tag + 2, StringComparison.Ordinal))
        {
            int word = tag + 2 < _source.Length && _source[tag + 2] is '-' or '+' ? tag + 3 : tag + 2;
            word = SkipSpace(word);
            if (!IsWord(word, "endraw")) continue;
            int end = SkipSpace(word + 6);
            char endSign = end < _source.Length ? _source[end] : ' ';
            if (endSign is '-' or '+') end++;
            if (!_source.AsSpan(end).StartsWith("%}", StringComparison.Ordinal)) continue;
            AddText(_source[_at..tag], tag);
            Advance(end);
            EndTag(endSign, trimsLine: true);
            return true;
        }
        throw Fault("raw is not closed with endraw");
    }

    private void ReadTag(JinjaTokenKind start, JinjaTokenKind end, string mark)
    {
        _tokens.Add(new JinjaToken(start, "", _line));
        int open = 0;
        while (true)
        {
            Advance(SkipSpace(_at));
            if (_at >= _source.Length) throw Fault($"a tag is not closed with {mark}");
            char sign = _source[_at];
            int close = sign is '-' or '+' ? _at + 1 : _at;
            if (open == 0 && _source.AsSpan(close).StartsWith(mark, StringComparison.Ordinal))
            {
                Advance(close);
                _tokens.Add(new JinjaToken(end, "", _line));
                EndTag(sign, trimsLine: end == JinjaTokenKind.BlockEnd);
                return;
            }
            ReadToken(ref open);
        }
    }

    private void ReadToken(ref int open)
    {
        char first = _source[_at];
        if (char.IsLetter(first) || first == '_')
        {
            int end = _at + 1;
            while (end < _source.Length && (char.IsLetterOrDigit(_source[end]) || _source[end] == '_')) end++;
            Add(JinjaTokenKind.Name, _source[_at..end], end);
        }
        else if (char.IsAsciiDigit(first))
            ReadNumber();
        else if (first is '"' or '\'')
            ReadString(first);
        else
        {
            string? found = Array.Find(Operators, o => _source.AsSpan(_at).StartsWith(o, StringComparison.Ordinal));
            if (found is null) throw Fault($"'{first}' has no meaning here");
            if (found is "(" or "[" or "{") open++;
            if (found is ")" or "]" or "}") open--;
            Add(JinjaTokenKind.Operator, found, _at + found.Length);
        }
    }

    private void ReadNumber()
    {
        int end = _at;
        bool isFloat = false;
        while (end < _source.Length && (char.IsAsciiDigit(_source[end]) || _source[end] == '_')) end++;
        if (end + 1 < _source.Length && _source[end] == '.' && char.IsAsciiDigit(_source[end + 1]))
        {
            isFloat = true;
            end++;
            while (end < _source.Length && (char.IsAsciiDigit(_source[end]) || _source[end] == '_')) end++;
        }
        if (end < _source.Length && _source[end] is 'e' or 'E')
        {
            int exponent = end + 1 < _source.Length && _source[end + 1] is '+' or '-' ? end + 2 : end + 1;
            if (exponent < _source.Length && char.IsAsciiDigit(_source[exponent]))
            {
                isFloat = true;
                end = exponent;
                while (end < _source.Length && char.IsAsciiDigit(_source[end])) end++;
            }
        }
        Add(isFloat ? JinjaTokenKind.Float : JinjaTokenKind.Integer, _source[_at..end].Replace("_", "", StringComparison.Ordinal), end);
    }

    private void ReadString(char quote)
    {
        StringBuilder value = new();
        int i = _at + 1;
        for (; i < _source.Length && _source[i] != quote; i++)
        {
            if (_source[i] == '\\' && i + 1 < _source.Length) i = ReadEscape(i + 1, value);
            else value.Append(_source[i]);
        }
        if (i >= _source.Length) throw Fault("a string is not closed");
        Add(JinjaTokenKind.String, value.ToString(), i + 1);
    }

    /// <summary>Python's escapes; one that it does not know keeps its backslash.</summary>
    /// <returns>Place of the last character of the escape.</returns>
    private int ReadEscape(int at, StringBuilder value)
    {
        char kind = _source[at];
        int digits = kind switch { 'x' => 2, 'u' => 4, 'U' => 8, _ => 0 };
        if (digits > 0 && at + digits < _source.Length
            && int.TryParse(_source.AsSpan(at + 1, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out int code)
            && code <= 0x10FFFF)
        {
            if (code is >= 0xD800 and <= 0xDFFF or <= 0xFFFF) value.Append((char)code);
            else value.Append(char.ConvertFromUtf32(code));
            return at + digits;
        }
        if (kind is >= '0' and <= '7')
        {
            int end = at, octal = 0;
            while (end < _source.Length && end < at + 3 && _source[end] is >= '0' and <= '7') octal = octal * 8 + (_source[end++] - '0');
            value.Append((char)octal);
            return end - 1;
        }
        _ = kind switch
        {
            'n' => value.Append('\n'),
            't' => value.Append('\t'),
            'r' => value.Append('\r'),
            'b' => value.Append('\b'),
            'f' => value.Append('\f'),
            'v' => value.Append('\v'),
            'a' => value.Append('\a'),
            '\\' or '\'' or '"' => value.Append(kind),
            '\n' => value,
            _ => value.Append('\\').Append(kind),
        };
        return at;
    }

    private void Add(JinjaTokenKind kind, string text, int end)
    {
        _tokens.Add(new JinjaToken(kind, text, _line));
        Advance(end);
    }

    private void Advance(int to)
    {
        for (; _at < to; _at++)
            if (_source[_at] == '\n') _line++;
    }

    private int SkipSpace(int at)
    {
        while (at < _source.Length && PythonStrings.IsSpace(_source[at])) at++;
        return at;
    }

    private bool IsWord(int at, string word) => _source.AsSpan(Math.Min(at, _source.Length)).StartsWith(word, StringComparison.Ordinal)
        && !(at + word.Length < _source.Length && (char.IsLetterOrDigit(_source[at + word.Length]) || _source[at + word.Length] == '_'));

    private static string TrimEnd(string text)
    {
        int end = text.Length;
        while (end > 0 && PythonStrings.IsSpace(text[end - 1])) end--;
        return text[..end];
    }

    private JinjaException Fault(string problem) => new($"line {_line}: {problem}");
}
