using Pipeline.Jobs.Dataset.Rows;
using Pipeline.Jobs.Dataset.Writing.Calls;
using Pipeline.Jobs.Dataset.Writing.Replies;

namespace Pipeline.Jobs.Dataset.Writing;

/// <summary>Makes rows of what could be read of replies, and counts what gave none.</summary>
internal sealed class RowCollector(Chunk chunk, string model)
{
    private const int LongestAnswer = 20_000;           // characters
    private const int LongestQuestion = 1_000;
    private readonly List<Row> _rows = [];
    private readonly Dictionary<ModelPrompt, (ModelReply? Reply, CallCounts Counts)> _ahead = [];
    private readonly HashSet<string> _questions = new(StringComparer.Ordinal);

    /// <summary>The chunk.</summary>
    public Chunk Chunk => chunk;

    /// <summary>Rows so far.</summary>
    public IReadOnlyList<Row> Rows => _rows;

    /// <summary>Calls so far.</summary>
    public CallCounts Counts { get; private set; } = CallCounts.None;

    /// <summary>The places of all blocks.</summary>
    public IReadOnlyList<SourceSpan> WholeChunk { get; } = [.. chunk.Blocks.Select(block => block.Source)];

    /// <summary>Phrases of the chunk's language, otherwise English ones.</summary>
    public WritingPhrases Phrases { get; } = WritingPhrases.Of(chunk.Language) ?? WritingPhrases.Of("en")!;

    /// <summary>
    /// Makes calls side by side, as far as the endpoint allows; <see cref="AskAsync"/> finds their replies. The order of rows does not
    /// depend on it.
    /// </summary>
    public async Task AheadAsync(CachedCalls calls, IReadOnlyList<ModelPrompt> prompts, CancellationToken ct)
    {
        (ModelReply?, CallCounts)[] replies = await Task.WhenAll(prompts.Select(prompt => calls.AskAsync(prompt, ct)));
        foreach ((ModelPrompt prompt, (ModelReply?, CallCounts) reply) in prompts.Zip(replies)) _ahead[prompt] = reply;
    }

    /// <summary>Asks and counts; null where there is no reply to read.</summary>
    public async Task<string?> AskAsync(CachedCalls calls, ModelPrompt prompt, CancellationToken ct)
    {
        if (!_ahead.Remove(prompt, out (ModelReply? Reply, CallCounts Counts) known)) known = await calls.AskAsync(prompt, ct);
        (ModelReply? reply, CallCounts counts) = known;
        Counts += counts;
        if (reply is null) return null;
        if (ReplyText.WithoutThoughts(reply.Text).Length > 0) return reply.Text;
        Reject(Reasons.Empty);
        return null;
    }

    /// <summary>Counts what a reply lacks; false where nothing of it can be used.</summary>
    public bool Accept(ReplyRead<ReadQuestion> read, string reply)
    {
        CountIncomplete(read);
        if (read.IsNothing) Reject(reply.Trim().Length == 0 ? Reasons.Empty : Reasons.Unparsable);
        return read.Items.Count > 0;
    }

    /// <summary>Counts incomplete parts.</summary>
    public void CountIncomplete(ReplyRead<ReadQuestion> read)
    {
        for (int i = 0; i < read.Lacking; i++) Reject(read.IsCut ? Reasons.Unparsable : Reasons.Empty);
    }

    /// <summary>Counts a part of a reply that gives no row.</summary>
    public void Reject(string reason) => Counts = Counts.Reject(reason);

    /// <summary>Makes a row; what cannot be one is counted.</summary>
    /// <param name="type">What it teaches.</param>
    /// <param name="wording">Key of the prompt, and the number of the wording.</param>
    /// <param name="question">Of the user.</param>
    /// <param name="answer">Of the assistant.</param>
    /// <param name="evidence">What the answer must rest on.</param>
    /// <param name="sources">Where that stands.</param>
    /// <param name="fact">The fact asked for, or null.</param>
    /// <param name="expected">What an examination looks for; null takes the value of the fact, an empty text nothing.</param>
    /// <returns>Whether it became a row.</returns>
    public bool Add(RowType type, string wording, string question, string answer, string evidence, IReadOnlyList<SourceSpan> sources,
        Fact? fact = null, string? expected = null)
    {
        (question, answer) = (CleanText.Of(question).Trim(), CleanText.Of(answer).Trim());
        string? reason = FactCheck.IsPlaceholder(question) || FactCheck.IsPlaceholder(answer) ? Reasons.Empty
            : question.Length > LongestQuestion || answer.Length > LongestAnswer ? Reasons.TooLong
            : null;
        // The same words for two styles are no duplicate: their answers differ, and later stages decide.
        if (reason is null && !_questions.Add(RowHash.Of(RowHash.OfQuestion(question), RowHash.Normalised(answer))))
            reason = Reasons.Duplicate;
        if (reason is null && fact is not null && !_questions.Add(RowHash.OfQuestion(question))) reason = Reasons.Duplicate;
        if (reason is not null)
        {
            Reject(reason);
            return false;
        }
        _rows.Add(RowHash.WithHash(new Row
        {
            Hash = "",
            Fact = fact?.Id ?? "",
            Type = type,
            Language = chunk.Language,
            Messages = [new RowMessage("user", question), new RowMessage("assistant", answer)],
            Expected = expected is null ? fact?.Value : expected.Length > 0 ? expected : null,
            Sources = sources,
            Chunk = chunk.Id,
            Section = $"{chunk.DocumentSha256}/{chunk.Section}",
            Evidence = evidence,
            Generator = new RowGenerator("model", wording, WritingPrompts.Version, model),
        }));
        Counts = Counts with { Read = Counts.Read + 1 };
        return true;
    }
}
