using Microsoft.Extensions.AI;
using Pipeline.Data.Entities;
using Pipeline.Jobs.Dataset.Writing.Endpoints;
using Pipeline.Models;

namespace Pipeline.Jobs.Dataset.Writing.Calls;

/// <summary>
/// Calls of one model through the cache: a finished call is stored before its reply is used, so that nothing is paid twice and the same
/// bytes come back, whatever dies in between. Two workers that ask the same at once pay it twice at most and use the first reply.
/// </summary>
internal sealed class CachedCalls(ModelWriter writer, ICallStore store, TokenBudget budget, TimeProvider time)
{
    private const int CharactersPerToken = 4;           // where an endpoint does not count

    /// <summary>The model.</summary>
    public ModelWriter Writer => writer;

    /// <summary>Whether calls may overtake each other: with a budget their order decides which one is the last.</summary>
    public bool InAnyOrder => !budget.IsLimited;

    /// <summary>Asks, or remembers.</summary>
    /// <returns>The reply and what it cost; no reply where the budget is used up or the call failed for good.</returns>
    /// <exception cref="InputException">The endpoint's settings are wrong.</exception>
    /// <exception cref="IOException">The endpoint is down.</exception>
    public async Task<(ModelReply? Reply, CallCounts Counts)> AskAsync(ModelPrompt prompt, CancellationToken ct)
    {
        ModelPrompt asked = prompt.Clean() with { MaxTokens = Math.Min(prompt.MaxTokens, writer.MaxTokens) };
        string key = asked.KeyFor(writer);
        int estimate = Estimate(asked.System) + Estimate(asked.User);
        if (await store.FindAsync(key, ct) is { } known)
        {
            int needed = known.PromptTokens + known.ReplyTokens;
            // The same question as for a call that is not in the cache, so that both runs stop at the same place.
            if (!budget.TryReserve(estimate)) return OverBudget();
            budget.Settle(estimate, needed);
            return (new ModelReply(known.Reply, known.PromptTokens, known.ReplyTokens, IsCached: true), Counts(known) with { Cached = 1 });
        }
        if (!budget.TryReserve(estimate)) return OverBudget();
        long used = 0;
        try
        {
            ChatResponse response = await writer.Client.GetResponseAsync(
                [new ChatMessage(ChatRole.System, asked.System), new ChatMessage(ChatRole.User, asked.User)], Options(asked), ct);
            string text = CleanText.Of(response.Text);
            ModelCall finished = new()
            {
                Key = key,
                Model = writer.Model,
                Purpose = asked.Purpose,
                Reply = text,
                PromptTokens = (int)(response.Usage?.InputTokenCount ?? estimate),
                ReplyTokens = (int)(response.Usage?.OutputTokenCount ?? Estimate(text)),
                CreatedAt = time.GetUtcNow(),
            };
            // Paid for: stored even where the work is being stopped.
            ModelCall stored = await store.AddAsync(finished, CancellationToken.None);
            used = stored.PromptTokens + stored.ReplyTokens;
            return (new ModelReply(stored.Reply, stored.PromptTokens, stored.ReplyTokens, IsCached: false),
                Counts(stored) with { Made = 1 });
        }
        catch (ModelCallException)
        {
            return (null, new CallCounts { Failed = 1 }.Reject(Rows.Reasons.CallFailed));
        }
        finally
        {
            budget.Settle(estimate, used);
        }
    }

    private static (ModelReply?, CallCounts) OverBudget() => (null, new CallCounts { OverBudget = 1 }.Reject(Rows.Reasons.Budget));

    private static CallCounts Counts(ModelCall call) => new() { PromptTokens = call.PromptTokens, ReplyTokens = call.ReplyTokens };

    private ChatOptions Options(ModelPrompt prompt) => new()
    {
        MaxOutputTokens = prompt.MaxTokens,
        Temperature = (float?)writer.Temperature,
        TopP = (float?)writer.TopP,
        Seed = writer.Seed,
        ResponseFormat = prompt.Json ? ChatResponseFormat.Json : null,
    };

    private static int Estimate(string text) => (text.Length + CharactersPerToken - 1) / CharactersPerToken;
}
