using Pipeline.Jobs.Dataset.Rows;
using Pipeline.Models;

namespace Pipeline.Jobs.Dataset.Versions;

/// <summary>What a person changes in a row; what is null stays.</summary>
public sealed record RowEdit
{
    private const int Longest = 20_000; // characters of one field

    /// <summary>The question: the last message of the user.</summary>
    public string? Question { get; init; }

    /// <summary>The answer: the last message.</summary>
    public string? Answer { get; init; }

    /// <summary>The text of a row of text.</summary>
    public string? Text { get; init; }

    /// <summary>The system message; an empty one takes it away.</summary>
    public string? System { get; init; }

    /// <summary>The worse answer of a pair.</summary>
    public string? Rejected { get; init; }

    /// <summary>The short right answer of an examination; an empty one takes it away.</summary>
    public string? Expected { get; init; }

    /// <summary>What is wrong with it, whatever the row.</summary>
    public IEnumerable<SettingFault> Problems()
    {
        if (Question is null && Answer is null && Text is null && System is null && Rejected is null && Expected is null)
            yield return new SettingFault("edit", "changes nothing; give question, answer, text, system, rejected or expected");
        foreach ((string name, string? value, bool mayBeEmpty) in ((string, string?, bool)[])[("question", Question, false),
            ("answer", Answer, false), ("text", Text, false), ("system", System, true), ("rejected", Rejected, false),
            ("expected", Expected, true)])
        {
            if (value is null) continue;
            if (!mayBeEmpty && string.IsNullOrWhiteSpace(value))
                yield return new SettingFault($"edit.{name}", "is empty; reject the row instead");
            if (value.Length > Longest)
                yield return new SettingFault($"edit.{name}", $"has {value.Length} characters; expected at most {Longest}");
            if (value.Contains('\0', StringComparison.Ordinal)) yield return new SettingFault($"edit.{name}", "holds a zero character");
        }
    }

    /// <summary>The edited row with the hash of its new content.</summary>
    /// <param name="row">The row as it is.</param>
    /// <param name="author">Who edits.</param>
    /// <param name="reason">Why.</param>
    /// <exception cref="SettingsException">The row has no such field.</exception>
    public Row Apply(Row row, string author, string? reason)
    {
        ArgumentNullException.ThrowIfNull(row);
        List<SettingFault> faults = new();
        List<RowMessage> messages = [.. row.Messages];
        if (Text is not null && row.Type != RowType.Text) faults.Add(new SettingFault("edit.text", "this row is a conversation, not text"));
        if (Rejected is not null && row.Type != RowType.Preference)
            faults.Add(new SettingFault("edit.rejected", "this row has no worse answer"));
        int asked = messages.FindLastIndex(message => message.Role == "user");
        if (Question is not null && asked < 0) faults.Add(new SettingFault("edit.question", "this row is text; edit its text"));
        if (Answer is not null && messages.Count == 0) faults.Add(new SettingFault("edit.answer", "this row is text; edit its text"));
        if (System is not null && messages.Count == 0) faults.Add(new SettingFault("edit.system", "this row is text; edit its text"));
        if (faults.Count > 0) throw new SettingsException(faults);
        if (Question is not null) messages[asked] = messages[asked] with { Content = Question };
        if (Answer is not null) messages[^1] = messages[^1] with { Content = Answer };
        if (System is not null)
        {
            if (messages[0].Role == "system") messages.RemoveAt(0);
            if (System.Length > 0) messages.Insert(0, new RowMessage("system", System));
        }
        return RowHash.WithHash(row with
        {
            Messages = messages,
            Text = Text ?? row.Text,
            Rejected = Rejected ?? row.Rejected,
            Expected = Expected is null ? row.Expected : Expected.Length > 0 ? Expected : null,
            State = RowState.Edited,
            Author = author,
            Reason = reason,
            Verdicts = [],                                                  // they were about what it was
            Generator = row.Generator with { Name = "person" },             // the wording's key stays: versions are compared by it
            EditedFrom = row.Hash,
        });
    }
}
