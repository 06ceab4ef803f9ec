using Pipeline.Models.Text;

namespace Pipeline.Models.Datasets.Declared;

/// <summary>A converted row as an example of questions and answers, or of text.</summary>
internal static class RowExample
{
    /// <summary>An example as a row.</summary>
    /// <param name="example">The example.</param>
    /// <param name="number">Number of the row, from 1.</param>
    /// <param name="dataset">Its dataset, for messages.</param>
    public static ConvertedRow ToRow(InstructionExample example, int number, string dataset)
    {
        ConvertedRow row = new(number) { Dataset = dataset, System = example.System, Tools = example.Tools };
        if (example.Text is { } text) return row with { Prompt = [new ChatMessage("user", text)], IsText = true };
        IReadOnlyList<ChatMessage> messages = example.ToMessages();
        return row with { Prompt = [.. messages.SkipLast(1)], Response = [messages[^1]] };
    }

    /// <summary>The example of a row that has one answer, or is text.</summary>
    public static InstructionExample Of(ConvertedRow row)
    {
        if (row.IsText) return new InstructionExample("", "", "") { Text = row.Prompt[0].Content };
        bool isPlain = row.Response[0].Role == "assistant" && row.Prompt.All(message => message.Role is "user" or "assistant");
        return new InstructionExample(row.Prompt[^1].Content, "", row.Response[0].Content)
        {
            System = string.IsNullOrEmpty(row.System) ? null : row.System,
            Tools = string.IsNullOrEmpty(row.Tools) ? null : row.Tools,
            History = [.. row.Prompt.SkipLast(1).Chunk(2).Select(turn => (turn[0].Content, turn[1].Content))],
            Turns = isPlain ? null : [.. row.Prompt, row.Response[0]],
        };
    }
}
