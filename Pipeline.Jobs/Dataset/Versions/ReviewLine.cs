using System.Text.Json;
using System.Text.Json.Serialization;
using Pipeline.Jobs.Dataset.Rows;
using Pipeline.Models;

namespace Pipeline.Jobs.Dataset.Versions;

/// <summary>A line of a file of decisions.</summary>
/// <param name="Hash">Hash of the row.</param>
/// <param name="Decision"><c>accept</c>, <c>reject</c> or <c>edit</c>.</param>
/// <param name="Edit">What an edit changes.</param>
/// <param name="Reason">Why.</param>
/// <param name="Author">Who, where it is not who applies the file.</param>
public sealed record ReviewLine(string Hash, string Decision, RowEdit? Edit = null, string? Reason = null, string? Author = null)
{
    private static readonly JsonSerializerOptions Strict = new(RowJson.Options)
    {
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    };

    /// <summary>The lines of a file, all of them checked.</summary>
    /// <exception cref="InputException">A line cannot be used; names file, line and field.</exception>
    public static IReadOnlyList<ReviewLine> Read(string path)
    {
        if (!File.Exists(path)) throw new InputException($"{path}: not found; name a file of decisions, one JSON object a line");
        List<ReviewLine> lines = new();
        int number = 0;
        foreach (string text in File.ReadLines(path))
        {
            number++;
            if (string.IsNullOrWhiteSpace(text)) continue;
            try
            {
                ReviewLine line = JsonSerializer.Deserialize<ReviewLine>(text, Strict) ?? throw new JsonException("found null");
                DecideRow decision = new(default, line.Hash, line.Decision, line.Edit, line.Author ?? "someone", line.Reason);
                SettingFault[] faults = [.. decision.Problems()];
                if (faults.Length > 0) throw new InputException($"{path}: line {number}: {faults[0]}");
                lines.Add(line);
            }
            catch (JsonException e)
            {
                throw new InputException($"{path}: line {number}: {e.Message.Split(" Path:")[0]}; expected for instance "
                    + """{"hash": "…", "decision": "reject", "reason": "wrong unit"}""", e);
            }
        }
        return lines.Count > 0 ? lines : throw new InputException($"{path}: holds no decision");
    }
}
