using Pipeline.Jobs.Dataset.Rows;
using Pipeline.Jobs.Dataset.Writing.Calls;
using Pipeline.Jobs.Dataset.Writing.Replies;
using Pipeline.Jobs.Extract.Blocks;

namespace Pipeline.Jobs.Dataset.Writing;

/// <summary>
/// Rows by a model that cannot write JSON or hold a whole chunk: it is shown one sentence at a time and asked for one question and its
/// answer on two lines. The sentence is the fact. An answer is kept only where its words are those of the sentence.
/// </summary>
internal sealed class SmallModelWriter(CachedCalls calls, WritingOptions options)
{
    private const int ShortestSentence = 40, LongestSentence = 400, LongestExpected = 80;         // characters

    /// <summary>Sentences that can be asked about; no call is made.</summary>
    public Task<WrittenFacts> FactsAsync(Chunk chunk, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        Evidence evidence = new(chunk);
        List<Fact> facts = [];
        foreach (string sentence in Candidates(chunk).Take(MostFacts))
        {
            if (evidence.Find(sentence) is not { } place) continue;
            string id = RowHash.OfFact(chunk.Title, place.Text, null);
            if (facts.Any(f => f.Id == id)) continue;
            facts.Add(new Fact
            {
                Id = id,
                Kind = "model",
                Scope = chunk.Title,
                Subject = chunk.Headings.Count > 0 ? chunk.Headings[^1] : chunk.Title,
                Value = place.Text,
                Language = chunk.Language,
                Sources = place.Spans,
                Chunk = chunk.Id,
                Evidence = place.Text,
            });
        }
        return Task.FromResult(new WrittenFacts(facts, CallCounts.None));
    }

    /// <summary>One question and answer per wording and sentence.</summary>
    public async Task<WrittenRows> RowsAsync(Chunk chunk, IReadOnlyList<Fact> facts, CancellationToken ct)
    {
        RowCollector rows = new(chunk, calls.Writer.Model);
        foreach (Fact fact in facts.Where(f => f.Kind == "model").Take(MostFacts))
            for (int wording = 1; wording <= Math.Min(options.Wordings, 3); wording++)
            {
                if (await rows.AskAsync(calls, WritingPrompts.SmallQuestion(chunk, fact.Evidence, wording), ct) is not { } reply) continue;
                ReplyRead<ReadQuestion> read = ReplyReader.Questions(reply);
                if (!rows.Accept(read, reply)) continue;
                ReadQuestion first = read.Items[0];
                if (FactCheck.Rejects(first, fact.Evidence) is { } reason)
                {
                    rows.Reject(reason);
                    continue;
                }
                // The sentence is no answer to look for; a short answer with its very words is.
                bool isShort = first.Answer.Length <= LongestExpected
                    && fact.Evidence.Contains(first.Answer.TrimEnd('.'), StringComparison.Ordinal);
                rows.Add(RowType.Question, $"small.question.{wording}", first.Question, first.Answer, fact.Evidence, fact.Sources, fact,
                    isShort ? first.Answer.TrimEnd('.') : "");
            }
        return new(rows.Rows, rows.Counts);
    }

    private int MostFacts => Math.Max(1, (options.Questions + 2) / 3);

    /// <summary>Whole sentences of running text, those with numbers or names in them first.</summary>
    private static IEnumerable<string> Candidates(Chunk chunk) => chunk.Blocks
        .Where(block => block.Kind is BlockKind.Paragraph or BlockKind.ListItem).SelectMany(Evidence.Sentences)
        .Where(s => s.Length is >= ShortestSentence and <= LongestSentence && s[^1] is '.' && char.IsUpper(s[0]))
        .Distinct(StringComparer.Ordinal)
        .OrderByDescending(s => s.Any(char.IsAsciiDigit) ? 2 : s.Skip(1).Any(char.IsUpper) ? 1 : 0);
}
