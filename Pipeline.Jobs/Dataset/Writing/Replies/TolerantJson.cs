using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace Pipeline.Jobs.Dataset.Writing.Replies;

/// <summary>
/// Reads JSON as models write it: single or curly quotes, quotes inside texts that are not escaped, trailing and missing commas, bare
/// keys, literals of Python, comments, line breaks inside texts, closing brackets left out, and an end in the middle. Valid JSON is read
/// as it is, numbers as their text. Linear in time; nesting is limited.
/// </summary>
internal sealed class TolerantJson
{
    private const int Deepest = 16;
    private static readonly JsonNodeOptions AnyCase = new() { PropertyNameCaseInsensitive = true };
    private readonly string _text;
    private long _stepsLeft;
    private int _at;

    /// <param name="text">The reply.</param>
    public TolerantJson(string text)
    {
        _text = text;
        _stepsLeft = 12L * text.Length + 1000;          // failed beginnings included
    }

    /// <summary>Whether the text ended inside the last value; what was complete of it is kept.</summary>
    public bool IsCut { get; private set; }

    /// <summary>The objects and arrays of a text, whatever stands between them.</summary>
    public IReadOnlyList<JsonNode> Values()
    {
        List<JsonNode> values = [];
        for (int from = 0; from < _text.Length && _stepsLeft > 0;)
        {
            int start = _text.AsSpan(from).IndexOfAny('{', '[');
            if (start < 0) break;
            start += from;
            _at = start;
            IsCut = false;
            if (Value(0, out JsonNode? value) && HoldsAnything(value))
            {
                values.Add(value!);
                from = Math.Max(_at, start + 1);
            }
            else
            {
                from = start + 1;
            }
        }
        return values;
    }

    /// <summary>An object with a property, or an array with a text or such an object: <c>[3]</c> in a sentence is neither.</summary>
    private static bool HoldsAnything(JsonNode? node) => node switch
    {
        JsonObject o => o.Count > 0,
        JsonArray a => a.Any(item => item is JsonObject or JsonArray ? HoldsAnything(item)
            : item is JsonValue v && v.TryGetValue(out string? text) && text.Length > 3),
        _ => false,
    };

    private bool Value(int depth, out JsonNode? value)
    {
        value = null;
        SkipBlanks();
        if (_at >= _text.Length) return Cut();
        switch (_text[_at])
        {
            case '{':
                return depth < Deepest && Object(depth, out value);
            case '[':
                return depth < Deepest && Array(depth, out value);
            case '"' or '\'' or '“' or '„' or '«':
                if (!Text(isKey: false, out string text)) return false;
                value = JsonValue.Create(text);
                return true;
            default:
                return Bare(out value);
        }
    }

    private bool Object(int depth, out JsonNode? value)
    {
        JsonObject found = new(AnyCase);
        value = found;
        _at++;
        while (true)
        {
            SkipBlanks();
            if (_at >= _text.Length) return Cut();
            if (_text[_at] == '}')
            {
                _at++;
                return true;
            }
            if (_text[_at] == ']') return found.Count > 0;          // its own bracket was left out
            if (!Key(out string key)) return IsCut;
            SkipBlanks();
            if (_at >= _text.Length) return Cut();
            if (_text[_at] != ':') return false;
            _at++;
            bool read = Value(depth + 1, out JsonNode? property);
            if (!read && !IsCut) return false;
            if (read || property is JsonObject or JsonArray) found[key] = property;         // a text that is cut is of no use
            if (IsCut) return true;
            if (_stepsLeft <= 0) return Cut();
        }
    }

    private bool Array(int depth, out JsonNode? value)
    {
        JsonArray found = new(AnyCase);
        value = found;
        _at++;
        while (true)
        {
            SkipBlanks();
            if (_at >= _text.Length) return Cut();
            if (_text[_at] == ']')
            {
                _at++;
                return true;
            }
            if (_text[_at] == '}') return found.Count > 0;          // likewise
            bool read = Value(depth + 1, out JsonNode? item);
            if (!read && !IsCut) return false;
            if (read || item is JsonObject or JsonArray) found.Add(item);
            if (IsCut) return true;
            if (_stepsLeft <= 0) return Cut();
        }
    }

    private bool Key(out string key)
    {
        if (_text[_at] is '"' or '\'' or '“' or '„' or '«') return Text(isKey: true, out key);
        int start = _at;
        while (_at < _text.Length && _at - start < 64 && (char.IsLetterOrDigit(_text[_at]) || _text[_at] is '_' or '-')) Step();
        key = _text[start.._at];
        if (_at >= _text.Length) Cut();
        return !IsCut && key.Length > 0;
    }

    /// <summary>Numbers as their text, and the literals of JSON and Python.</summary>
    private bool Bare(out JsonNode? value)
    {
        int start = _at;
        while (_at < _text.Length && _at - start < 64
            && (char.IsLetterOrDigit(_text[_at]) || _text[_at] is '.' or '-' or '+' or '_' or '%'))
            Step();
        string word = _text[start.._at];
        value = null;
        if (_at >= _text.Length) return Cut();
        switch (word.ToLowerInvariant())
        {
            case "true" or "yes":
                value = JsonValue.Create(true);
                return true;
            case "false" or "no":
                value = JsonValue.Create(false);
                return true;
            case "null" or "none" or "nan" or "undefined":
                return true;
        }
        if (word.Length == 0 || !(char.IsAsciiDigit(word[0]) || word[0] is '-' or '+' or '.')) return false;
        value = JsonValue.Create(word);
        return true;
    }

    private bool Text(bool isKey, out string text)
    {
        char open = _text[_at];
        StringBuilder read = new();
        text = "";
        for (Step(); _at < _text.Length; Step())
        {
            char c = _text[_at];
            if (c == '\\')
            {
                if (!Escape(read)) return Cut();
                continue;
            }
            if (Closes(open, c) && EndsHere(_at + 1, isKey))
            {
                _at++;
                text = read.ToString();
                return true;
            }
            read.Append(c);
        }
        return Cut();
    }

    private static bool Closes(char open, char c) => open switch
    {
        '“' => c is '”' or '"',
        '„' => c is '“' or '”' or '"',
        '«' => c is '»',
        _ => c == open,
    };

    /// <summary>Whether a quote is the end of its text, and not one inside it: what follows must be able to follow a text.</summary>
    private bool EndsHere(int next, bool isKey)
    {
        bool newLine = false;
        for (; next < _text.Length && char.IsWhiteSpace(_text[next]); next++)
        {
            newLine |= _text[next] == '\n';
            _stepsLeft--;
        }
        if (next >= _text.Length) return true;
        char c = _text[next];
        return isKey ? c == ':' : c is ',' or '}' or ']' || (newLine && c is '"' or '`') || (c == '/' && next + 1 < _text.Length
            && _text[next + 1] == '/');
    }

    private bool Escape(StringBuilder read)
    {
        Step();
        if (_at >= _text.Length) return false;
        char c = _text[_at];
        if (c == 'u' && _at + 4 < _text.Length
            && ushort.TryParse(_text.AsSpan(_at + 1, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ushort code))
        {
            _at += 4;
            read.Append((char)code);
            return true;
        }
        _ = c switch
        {
            'n' => read.Append('\n'),
            't' => read.Append('\t'),
            'r' => read.Append('\r'),
            'b' or 'f' => read.Append(' '),
            '"' or '\\' or '/' or '\'' => read.Append(c),
            _ => read.Append('\\').Append(c),           // a path of Windows, or TeX, that was not escaped
        };
        return true;
    }

    private void SkipBlanks()
    {
        for (; _at < _text.Length; Step())
        {
            if (char.IsWhiteSpace(_text[_at]) || _text[_at] is ',' or ';') continue;
            if (_text[_at] != '/' || _at + 1 >= _text.Length || _text[_at + 1] != '/') return;
            while (_at < _text.Length && _text[_at] != '\n') Step();
            if (_at >= _text.Length) return;
        }
    }

    private void Step()
    {
        _at++;
        if (--_stepsLeft <= 0) _at = _text.Length;
    }

    private bool Cut()
    {
        IsCut = true;
        return false;
    }
}
