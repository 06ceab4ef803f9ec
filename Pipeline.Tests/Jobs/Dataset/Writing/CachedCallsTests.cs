using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Data;
using Pipeline.Data.Entities;
using Pipeline.Jobs.Dataset.Rows;
using Pipeline.Jobs.Dataset.Writing;
using Pipeline.Jobs.Dataset.Writing.Calls;
using Pipeline.Jobs.Dataset.Writing.Endpoints;

namespace Pipeline.Tests.Jobs.Dataset.Writing;

public sealed class CachedCallsTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Work_that_died_between_two_calls_pays_the_finished_ones_once_and_ends_with_the_same_rows()
    {
        IReadOnlyList<PlantedFact> planted = PlantedFact.Invent(6);
        Chunk chunk = WritingSetup.Chunk(planted, "Killed");
        await using ServiceProvider services = database.Services();
        PostgresCallStore store = new(services.GetRequiredService<IDbContextFactory<PipelineDbContext>>());
        await using StandInEndpoint server = await StandInEndpoint.StartAsync(planted);
        using CancellationTokenSource killed = new();
        // Dies when the questions are stored and all other calls are under way.
        server.Fault = call => call.Purpose is "facts" or "questions" ? StandInFault.None : StandInFault.Stall;
        Task kill = Eventually.TrueAsync(async () => server.Calls.Count == 6 && await StoredAsync() == 2, "two finished calls")
            .ContinueWith(_ => killed.Cancel(), TaskScheduler.Default);
        using (EndpointChatClients clients = WritingSetup.Clients(server))
            await Should.ThrowAsync<OperationCanceledException>(() => RowsAsync(clients, store, killed.Token));
        await kill;
        int before = server.Calls.Count;
        (await StoredAsync()).ShouldBe(2);

        server.Fault = _ => StandInFault.None;
        using EndpointChatClients again = WritingSetup.Clients(server);
        string resumed = await RowsAsync(again, store, Stop);
        server.Calls.Skip(before).Select(c => c.Purpose).ShouldBe(["points", "rewrite", "rewrite", "rewrite"], ignoreOrder: true);
        (await RowsAsync(again, new MemoryCallStore(), Stop)).ShouldBe(resumed);            // as in a run that nothing happened to

        Task<long> StoredAsync() =>
            database.ScalarAsync<long>("SELECT count(*) FROM model_calls WHERE purpose IN ('facts/1', 'questions/1', 'points/1')");

        async Task<string> RowsAsync(EndpointChatClients clients, ICallStore calls, CancellationToken ct)
        {
            ChunkWriter writer = WritingSetup.Writer(clients, calls, options: new WritingOptions { Unanswerable = 0 });
            WrittenFacts facts = await writer.FactsAsync(chunk, ct);
            return RowJson.Write((await writer.RowsAsync(chunk, facts.Facts, null, ct)).Rows);
        }
    }

    [Fact]
    public async Task Two_that_ask_the_same_at_once_use_the_same_reply()
    {
        await using ServiceProvider services = database.Services();
        PostgresCallStore store = new(services.GetRequiredService<IDbContextFactory<PipelineDbContext>>());
        await using StandInEndpoint server = await StandInEndpoint.StartAsync();
        TaskCompletionSource both = new();
        server.Before = call =>
        {
            if (call.Number == 1) both.SetResult();
            return both.Task;
        };
        server.Reply = call => $"reply {call.Number}";
        using EndpointChatClients clients = WritingSetup.Clients(server);
        ModelPrompt prompt = new("test/1", "s", "asked at once", Json: false, 10);
        (ModelReply? Reply, CallCounts)[] replies = await Task.WhenAll(
            WritingSetup.Calls(clients, store).AskAsync(prompt, Stop), WritingSetup.Calls(clients, store).AskAsync(prompt, Stop));
        server.Calls.Count.ShouldBe(2);
        replies[0].Reply!.Text.ShouldBe(replies[1].Reply!.Text);
        (await WritingSetup.Calls(clients, store).AskAsync(prompt, Stop)).Reply!.Text.ShouldBe(replies[0].Reply!.Text);
    }

    [Fact]
    public async Task What_the_database_cannot_hold_is_taken_out_of_prompt_and_reply()
    {
        await using ServiceProvider services = database.Services();
        IDbContextFactory<PipelineDbContext> contexts = services.GetRequiredService<IDbContextFactory<PipelineDbContext>>();
        await using StandInEndpoint server = await StandInEndpoint.StartAsync();
        server.Reply = _ => "a\0b\ud83d\ude00";
        using EndpointChatClients clients = WritingSetup.Clients(server, null, ("ApiKey", "secret-of-the-operator"));
        (ModelReply? reply, _) = await WritingSetup.Calls(clients, new PostgresCallStore(contexts))
            .AskAsync(new ModelPrompt("nul/1", "s\0", "u\ud800", Json: false, 10), Stop);
        reply!.Text.ShouldBe("ab\ud83d\ude00");
        await using PipelineDbContext db = await contexts.CreateDbContextAsync(Stop);
        ModelCall stored = await db.ModelCalls.SingleAsync(c => c.Purpose == "nul/1", Stop);
        (stored.Reply, stored.Model).ShouldBe(("ab\ud83d\ude00", "stand-in"));
    }

    [Fact]
    public void The_key_of_a_call_is_its_content_and_not_where_it_was_answered()
    {
        ModelPrompt prompt = new("facts/1", "system", "user", Json: true, 100);
        using LanguageModelLess client = new();
        ModelWriter writer = new(client, "m") { Temperature = 0.2, Seed = 1 };
        string key = prompt.KeyFor(writer);
        prompt.KeyFor(writer with { Client = new LanguageModelLess() }).ShouldBe(key);
        string[] others = [prompt.KeyFor(writer with { Model = "n" }), prompt.KeyFor(writer with { Temperature = 0.3 }),
            prompt.KeyFor(writer with { Seed = 2 }), (prompt with { Purpose = "facts/2" }).KeyFor(writer),
            (prompt with { User = "other" }).KeyFor(writer), (prompt with { System = "systemu", User = "ser" }).KeyFor(writer)];
        others.Append(key).Distinct().Count().ShouldBe(7);
    }

    [Fact]
    public async Task Tokens_of_a_failed_call_are_given_back_to_the_budget()
    {
        await using StandInEndpoint server = await StandInEndpoint.StartAsync();
        server.Fault = _ => StandInFault.TooLong;
        using EndpointChatClients clients = WritingSetup.Clients(server);
        TokenBudget budget = new(50, used: 10);
        (ModelReply? reply, CallCounts counts) = await WritingSetup.Calls(clients, budget: budget)
            .AskAsync(new ModelPrompt("x/1", "", new string('x', 100), Json: false, 10), Stop);
        reply.ShouldBeNull();
        (counts.Failed, budget.Used).ShouldBe((1, 10));
        ModelPrompt longer = new("x/1", "", new string('x', 400), Json: false, 10);
        (await WritingSetup.Calls(clients, budget: budget).AskAsync(longer, Stop)).Counts.OverBudget.ShouldBe(1);
        server.Calls.Count.ShouldBe(1);
    }
}
