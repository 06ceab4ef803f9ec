using System.Text.Json;

namespace Pipeline.Jobs.Extract.Worker;

/// <summary>What the parser process answers; one line of JSON on its standard output.</summary>
/// <param name="Kind">What happened.</param>
/// <param name="Page">Progress: pages read so far.</param>
/// <param name="Pages">Progress: pages in all.</param>
/// <param name="Reason">Bad document: why.</param>
/// <param name="Message">The text of an error.</param>
/// <param name="Seconds">Allowance: by how much the document's time limit changes.</param>
internal sealed record ParseReply(ParseReplyKind Kind, int Page = 0, int Pages = 0, BadDocumentReason? Reason = null,
    string? Message = null, double Seconds = 0)
{
    public string ToLine() => JsonSerializer.Serialize(this);

    public static ParseReply? FromLine(string line)
    {
        try
        {
            return JsonSerializer.Deserialize<ParseReply>(line);
        }
        catch (JsonException)
        {
            return null; // not ours: a native library wrote to standard output
        }
    }
}

internal enum ParseReplyKind
{
    Progress,
    Done,
    BadDocument,
    MissingPrerequisite,
    Failed,
    DiskFull,
    Allowance,
}
