using System.Text;
using Pipeline.Models.Text;

namespace Pipeline.Models.Generation;

/// <summary>
/// The text of one sequence as its tokens arrive: watches for stop texts and passes on only what can no longer become
/// part of one.
/// </summary>
internal sealed class GeneratedText(HubTokenizer tokenizer, IReadOnlyList<string> stops, Action<string>? onText)
{
    private readonly StreamingDecoder _decoder = tokenizer.StreamDecoder();
    private readonly StringBuilder _text = new();
    private int _passedOn;

    /// <summary>Takes the next token.</summary>
    /// <returns>True when a stop text is complete; it and what follows are cut off.</returns>
    public bool Add(int id) => Append(_decoder.Add(id));

    /// <summary>Ends the text.</summary>
    /// <returns>All of it.</returns>
    public string Finish()
    {
        Append(_decoder.Finish());
        Emit(_text.Length);
        return _text.ToString();
    }

    private bool Append(string piece)
    {
        if (piece.Length == 0)
            return false;
        int before = _text.Length;
        _text.Append(piece);
        if (stops.Count == 0)
        {
            Emit(_text.Length);
            return false;
        }
        // A stop text may have begun in earlier pieces.
        int from = Math.Max(_passedOn, before - stops.Max(s => s.Length) + 1);
        string recent = _text.ToString(from, _text.Length - from);
        int first = stops.Select(s => recent.IndexOf(s, StringComparison.Ordinal)).Where(i => i >= 0).DefaultIfEmpty(-1).Min();
        if (first >= 0)
        {
            _text.Length = from + first;
            return true;
        }
        Emit(_text.Length - stops.Max(s => LongestBeginning(s, recent)));
        return false;
    }

    /// <summary>How many characters at the end of the text could be the beginning of a stop text.</summary>
    private static int LongestBeginning(string stop, string text)
    {
        for (int length = Math.Min(stop.Length - 1, text.Length); length > 0; length--)
        {
            if (text.AsSpan(text.Length - length).SequenceEqual(stop.AsSpan(0, length)))
                return length;
        }
        return 0;
    }

    private void Emit(int end)
    {
        if (end <= _passedOn)
            return;
        onText?.Invoke(_text.ToString(_passedOn, end - _passedOn));
        _passedOn = end;
    }
}
