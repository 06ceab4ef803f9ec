using Microsoft.Extensions.AI;
using Pipeline.Jobs.Evaluate;
using Pipeline.Models.Evaluation.Examination;
using Pipeline.Models.Evaluation.Metrics;

namespace Pipeline.Tests.Jobs;

public sealed class AnswerJudgeTests
{
    [Fact]
    public async Task The_judge_states_how_far_it_agrees_with_string_match_and_counts_its_failures()
    {
        // Of 8 replies string match holds 4 right; the judge agrees on 6, says YES once more and NO once more, and fails on the ninth.
        string[] replies = ["1887", "1887", "1887", "1887 (wrongly)", "no idea", "no", "none", "eighteen eighty-seven", "broken"];
        ExaminationResult examination = new()
        {
            Items = [.. replies.Select((_, i) => new ExamItem { Id = $"q{i}", Question = "When?", Expected = "1887" })],
            Sides = [new SideResult
            {
                Name = "adapter", HasAdapter = true, Template = "phi4",
                Closed = [.. replies.Select(text => new ExamReply(text) { Score = AnswerMarking.Mark(text, new AnswerKey("1887", "en")) })],
            }],
            MaxNewTokens = 8,
        };
        StandIn judge = new(data => data.Contains("broken", StringComparison.Ordinal) ? throw new HttpRequestException("503")
            : data.Contains("eighteen", StringComparison.Ordinal) ? "Yes."
            : data.Contains("wrongly", StringComparison.Ordinal) ? "NO" : data.Contains("reply\":\"1887", StringComparison.Ordinal)
            ? "YES" : "**No**");
        JudgeResult result = await new AnswerJudge(judge, "stand-in", 2).JudgeAsync(examination, "adapter", null,
            TestContext.Current.CancellationToken);

        (result.Judged, result.Right, result.Failures, result.Agreement).ShouldBe((8, 4, 1, 0.75));
        result.Kappa.ShouldBe(0.5, 1e-12);      // (0.75 - 0.5) / (1 - 0.5)
        result.Verdicts["q8"].ShouldBeNull();
    }

    [Fact]
    public void Kappa_is_none_where_agreement_is_chance_and_one_where_it_is_whole()
    {
        AnswerJudge.Kappa([(true, true), (true, false), (false, true), (false, false)]).ShouldBe(0);
        AnswerJudge.Kappa([(true, true), (true, true)]).ShouldBe(1);
        // Cohen 1960, of the kind 20, 5, 10, 15: observed 0.7, expected 0.5.
        AnswerJudge.Kappa([.. Enumerable.Repeat((true, true), 20), .. Enumerable.Repeat((true, false), 5),
            .. Enumerable.Repeat((false, true), 10), .. Enumerable.Repeat((false, false), 15)]).ShouldBe(0.4, 1e-12);
    }

    private sealed class StandIn(Func<string, string> answer) : IChatClient
    {
        public Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null,
            CancellationToken cancellationToken = default) =>
            Task.FromResult(new ChatResponse(new ChatMessage(ChatRole.Assistant, answer(messages.Last().Text))));

        public IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(IEnumerable<ChatMessage> messages,
            ChatOptions? options = null,
            CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public object? GetService(Type serviceType, object? serviceKey = null) => null;

        public void Dispose() { }
    }
}
