using Pipeline.Jobs.Dataset.Rows;
using Pipeline.Jobs.Dataset.Writing.Calls;
using Pipeline.Jobs.Dataset.Writing.Replies;

namespace Pipeline.Jobs.Dataset.Writing;

/// <summary>Facts and rows of chunks by a language model. Keeps no state of its own; safe for concurrent use.</summary>
/// <param name="calls">The model, through the cache.</param>
/// <param name="options">How much is asked for.</param>
internal sealed class ChunkWriter(CachedCalls calls, WritingOptions options) : IRowModel
{
    private readonly SmallModelWriter? _small = calls.Writer.Lines ? new SmallModelWriter(calls, options) : null;

    /// <inheritdoc/>
    public async Task<WrittenFacts> FactsAsync(Chunk chunk, CancellationToken ct)
    {
        if (_small is not null) return await _small.FactsAsync(chunk, ct);
        (ModelReply? reply, CallCounts counts) = await calls.AskAsync(WritingPrompts.Facts(chunk, MostFacts), ct);
        if (reply is null) return new([], counts);
        ReplyRead<ReadFact> read = ReplyReader.Facts(reply.Text);
        if (read.IsNothing) return new([], counts.Reject(reply.Text.Trim().Length == 0 ? Reasons.Empty : Reasons.Unparsable));
        counts = counts.Reject(read.IsCut ? Reasons.Unparsable : Reasons.Empty, read.Lacking);
        Evidence evidence = new(chunk);
        List<Fact> facts = [];
        foreach (ReadFact found in read.Items.Take(MostFacts))
        {
            string? reason = FactCheck.Grounded(chunk, evidence, found, out Fact? fact);
            if (reason is null && facts.Any(f => f.Id == fact!.Id)) reason = Reasons.Duplicate;
            if (reason is null) facts.Add(fact!);
            else counts = counts.Reject(reason);
        }
        return new(facts, counts with { Read = facts.Count });
    }

    /// <inheritdoc/>
    public async Task<WrittenRows> RowsAsync(Chunk chunk, IReadOnlyList<Fact> facts, Chunk? neighbour, CancellationToken ct)
    {
        if (_small is not null) return await _small.RowsAsync(chunk, facts, ct);
        RowCollector rows = new(chunk, calls.Writer.Model);
        Fact[] asked = [.. facts.OrderBy(f => f.Kind == "model" ? 0 : 1).Take(MostFacts)];
        int refusals = Refusals(chunk);
        if (calls.InAnyOrder) await rows.AheadAsync(calls, [.. Prompts(chunk, asked, neighbour, refusals)], ct);
        foreach (Fact[] batch in asked.Chunk(FactsPerCall)) await QuestionsAsync(rows, batch, ct);
        string topic = await PointsAsync(rows, ct);
        foreach ((string style, int take) in Rewritings) await RewriteAsync(rows, style, take, topic, ct);
        if (neighbour is not null) await ComparisonAsync(rows, neighbour, ct);
        if (refusals > 0) await RefusalsAsync(rows, refusals, ct);
        return new(rows.Rows, rows.Counts);
    }

    /// <inheritdoc/>
    public async Task<CheckedRow> VerifyAsync(Chunk chunk, Row row, CancellationToken ct)
    {
        if (row.Type is RowType.Text or RowType.Image or RowType.Imported || row.Messages.Count == 0) return new(row, CallCounts.None);
        ModelPrompt prompt = _small is null ? WritingPrompts.Verify(chunk, row) : WritingPrompts.SmallVerify(chunk, row);
        (ModelReply? reply, CallCounts counts) = await calls.AskAsync(prompt, ct);
        if (reply is null) return new(row, counts);
        bool? answerable = _small is null ? ReplyReader.Judgement(reply.Text, "answerable") : null;
        bool? correct = _small is null ? ReplyReader.Judgement(reply.Text, "correct") : ReplyReader.Judgement(reply.Text);
        if (row.Type == RowType.Refusal)
            return new(answerable == true ? Rejected(Reasons.WrongAnswer, "the text answers it") : Kept(answerable == false), counts);
        return new(answerable == false ? Rejected(Reasons.NotAnswerable, "the text alone does not answer it")
            : correct == false ? Rejected(Reasons.WrongAnswer, "the answer is wrong by the text")
            : Kept(answerable == true || correct == true), counts);

        Row Rejected(string reason, string detail) => row.Reject(reason, new RowVerdict("model", Passed: false, detail));

        Row Kept(bool isClear) => row with
        {
            Verdicts = [.. row.Verdicts, new RowVerdict("model", Passed: true, isClear ? null : "unclear")],
        };
    }

    private const int FactsPerCall = 6;         // replies of more are often cut

    private int Implications => Math.Max(1, options.Questions / 10);

    private int Comparisons => options.Deep ? 3 : 1;

    private IEnumerable<(string Style, int Take)> Rewritings => ((string[])["easy", "standard", "terse"])
        .SelectMany(style => Enumerable.Range(1, options.Deep ? 2 : 1), (style, take) => (style, take));

    private IEnumerable<ModelPrompt> Prompts(Chunk chunk, Fact[] facts, Chunk? neighbour, int refusals) =>
    [
        .. facts.Chunk(FactsPerCall).Select(batch => WritingPrompts.Questions(chunk, batch, options.Wordings)),
        WritingPrompts.Points(chunk, Implications),
        .. Rewritings.Select(r => WritingPrompts.Rewrite(chunk, r.Style, r.Take)),
        .. neighbour is null ? (ModelPrompt[])[] : [WritingPrompts.Comparison(chunk, neighbour, Comparisons)],
        .. refusals == 0 ? (ModelPrompt[])[] : [WritingPrompts.Unanswerable(chunk, refusals)],
    ];

    private int MostFacts => Math.Max(1, (options.Questions + options.Wordings - 1) / options.Wordings);

    private async Task QuestionsAsync(RowCollector rows, Fact[] facts, CancellationToken ct)
    {
        if (await rows.AskAsync(calls, WritingPrompts.Questions(rows.Chunk, facts, options.Wordings), ct) is not { } reply) return;
        ReplyRead<ReadQuestion> read = ReplyReader.Questions(reply);
        if (!rows.Accept(read, reply)) return;
        int[] wordings = new int[facts.Length];
        for (int i = 0; i < read.Items.Count; i++)
        {
            ReadQuestion question = read.Items[i];
            if (FactCheck.FactOf(question, facts, onlyOne: facts.Length == 1) is not { } number)
            {
                rows.Reject(Reasons.Ungrounded);
                continue;
            }
            Fact fact = facts[number];
            if (wordings[number] >= 2 * options.Wordings) continue;
            string wording = $"question.{wordings[number] + 1}";
            if (rows.Add(RowType.Question, wording, question.Question, question.Answer, fact.Evidence, fact.Sources, fact))
                wordings[number]++;
        }
    }

    private async Task<string> PointsAsync(RowCollector rows, CancellationToken ct)
    {
        Chunk chunk = rows.Chunk;
        string topic = chunk.Headings.Count > 0 ? chunk.Headings[^1] : chunk.Title;
        if (await rows.AskAsync(calls, WritingPrompts.Points(chunk, Implications), ct) is not { } reply) return topic;
        if (ReplyReader.Field(reply, "topic") is { Length: > 2 and < 100 } given) topic = given;
        ReplyRead<string> points = ReplyReader.Points(reply, "key_points", "points", "keypoints");
        if (points.Items.Count >= 2)
            rows.Add(RowType.KeyPoints, "key_points", WritingPhrases.With(rows.Phrases.KeyPoints, topic, chunk.Title),
                string.Join('\n', points.Items.Take(8).Select(point => $"- {point}")), chunk.Text, rows.WholeChunk);
        else
            rows.Reject(Reasons.Unparsable);
        Evidence evidence = new(chunk);
        foreach (ReadQuestion question in ReplyReader.Questions(reply).Items.Take(2 * Implications))
        {
            FoundEvidence? found = question.Quote is { } quote ? evidence.Find(quote) : null;
            if (question.Quote is not null && found is null) rows.Reject(Reasons.Ungrounded);
            else
                rows.Add(RowType.Implication, "implication", question.Question, question.Answer, chunk.Text,
                    found?.Spans ?? rows.WholeChunk);
        }
        return topic;
    }

    private async Task RewriteAsync(RowCollector rows, string style, int take, string topic, CancellationToken ct)
    {
        Chunk chunk = rows.Chunk;
        if (await rows.AskAsync(calls, WritingPrompts.Rewrite(chunk, style, take), ct) is not { } reply) return;
        string text = ReplyText.Prose(reply);
        string phrase = style switch { "easy" => rows.Phrases.Easy, "terse" => rows.Phrases.Terse, _ => rows.Phrases.Standard };
        string wording = take > 1 ? $"rewrite.{style}.{take}" : $"rewrite.{style}";
        rows.Add(RowType.Rewrite, wording, WritingPhrases.With(phrase, topic, chunk.Title), text, chunk.Text, rows.WholeChunk);
    }

    private async Task ComparisonAsync(RowCollector rows, Chunk other, CancellationToken ct)
    {
        if (await rows.AskAsync(calls, WritingPrompts.Comparison(rows.Chunk, other, Comparisons), ct) is not { } reply) return;
        ReplyRead<ReadQuestion> read = ReplyReader.Questions(reply);
        if (!rows.Accept(read, reply)) return;
        foreach (ReadQuestion question in read.Items.Take(Comparisons))
            rows.Add(RowType.Comparison, "comparison", question.Question, question.Answer, $"{rows.Chunk.Text}\n\n{other.Text}",
                [.. rows.WholeChunk, .. other.Blocks.Select(block => block.Source)]);
    }

    private async Task RefusalsAsync(RowCollector rows, int count, CancellationToken ct)
    {
        if (await rows.AskAsync(calls, WritingPrompts.Unanswerable(rows.Chunk, count), ct) is not { } reply) return;
        WritingPhrases? known = WritingPhrases.Of(rows.Chunk.Language);
        ReplyRead<ReadQuestion> pairs = ReplyReader.Questions(reply);
        // Our own refusals where we know the language: one manner of refusing is learned from fewer rows than many.
        IReadOnlyList<ReadQuestion> read = known is null ? pairs.Items
            : [.. ReplyReader.Asked(reply).Items.Select(question => new ReadQuestion(question, known.RefusalFor(question)))];
        if (read.Count == 0)
        {
            rows.Accept(pairs, reply);
            return;
        }
        rows.CountIncomplete(pairs);
        foreach (ReadQuestion question in read.Take(count))
            rows.Add(RowType.Refusal, "unanswerable", question.Question, question.Answer, "", rows.WholeChunk);
    }

    /// <summary>The share of this chunk in whole questions; what is left over goes to some chunks by their hash, not by chance.</summary>
    private int Refusals(Chunk chunk)
    {
        double share = options.Questions * options.Unanswerable;
        double lot = Convert.ToUInt32(RowHash.Of("refusals", chunk.Id)[..8], 16) / (double)uint.MaxValue;
        return (int)Math.Floor(share + Math.Min(lot, 0.999999));
    }
}
