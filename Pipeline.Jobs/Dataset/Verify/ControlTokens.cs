using System.Text.RegularExpressions;
using Pipeline.Jobs.Dataset.Rows;

namespace Pipeline.Jobs.Dataset.Verify;

/// <summary>
/// Control tokens of chat templates in texts of documents. A trainer that reads them as control tokens would let a document end the
/// user's turn or open the system's, so a blank is put after their first character.
/// </summary>
public static partial class ControlTokens
{
    /// <summary>The text without a control token in it, and how many there were.</summary>
    public static (string Text, int Count) Neutralise(string text)
    {
        int count = 0;
        if (text.AsSpan().IndexOfAny("<[") < 0)
            return (text, 0);
        string neutral = Tokens().Replace(text, match =>
        {
            count++;
            return $"{match.Value[0]} {match.Value[1..]}";
        });
        return (neutral, count);
    }

    /// <summary>The row with every text neutralised and its hash made anew, and how many tokens there were.</summary>
    public static (Row Row, int Count) Neutralise(Row row)
    {
        int total = 0;
        string Safe(string text)
        {
            // The place of the picture in a row about one is meant.
            if (row.Type == RowType.Image && text.Contains("<image>", StringComparison.Ordinal))
                return string.Join("<image>", text.Split("<image>").Select(Safe));
            (string neutral, int count) = Neutralise(text);
            total += count;
            return neutral;
        }

        Row neutral = row with
        {
            Messages = [.. row.Messages.Select(m => m with { Content = Safe(m.Content) })],
            Text = row.Text is null ? null : Safe(row.Text),
            Rejected = row.Rejected is null ? null : Safe(row.Rejected),
            Expected = row.Expected is null ? null : Safe(row.Expected),
        };
        return total == 0 ? (row, 0) : (RowHash.WithHash(neutral), total);
    }

    [GeneratedRegex(@"<[|｜][^<>|｜\s]{1,60}[|｜]>|\[/?(?:INST|SYSTEM_PROMPT|AVAILABLE_TOOLS|TOOL_CALLS|TOOL_RESULTS|IMG)\]|<</?SYS>>"
        + @"|</?(?:s|bos|eos|pad|unk|mask|cls|sep|think|tool_call|tool_response|tools|image|video|audio|img|start_of_turn|end_of_turn"
        + @"|start_of_image|end_of_image|image_soft_token|fim_[a-z]{1,12}|extra_id_[0-9]{1,4}|unused[0-9]{1,4})>",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Tokens();
}
