using System.Net.Http.Headers;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Models.Batching;
using Pipeline.Web.Serving;

namespace Pipeline.Tests.Web;

/// <summary>
/// Chats that one model answers at the same time, over HTTP. The device is held until all of them have reached the scheduler, so that
/// they certainly meet there, however slow the machine is.
/// </summary>
public sealed class ConcurrentChatsTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    private static readonly string Base = Path.Combine(GoldenFiles.Root, "phi4-tiny");

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Chats_at_the_same_time_are_answered_token_for_token_as_one_by_one()
    {
        await using TestWebServer server = await StartAsync();
        string[] bodies = [.. Enumerable.Range(0, 6).Select(i => Body(
            $"What is pump {i}?{string.Concat(Enumerable.Repeat(" It is blue.", i))}", 8 + 6 * i,
            i % 2 == 0 ? "" : $$""", "temperature": 1.2, "seed": {{i}}"""))];
        List<(string Text, string Reason, int Tokens)> alone = [];
        foreach (string body in bodies)
            alone.Add(await AskAsync(server, body, Stop));

        using ModelLease<ResidentLanguage> lease = await LeaseAsync(server);
        BatchScheduler scheduler = lease.Model.Scheduler.ShouldNotBeNull();
        long stepsAlone = scheduler.Counts.Steps;
        Task<(string, string, int)>[] together;
        using (await server.Services.GetRequiredService<GenerationQueue>().Device.TakeAsync(Stop))
        {
            together = [.. bodies.Select(body => AskAsync(server, body, Stop))];
            await UntilAsync(() => scheduler.Counts is { } now && now.Running + now.Waiting == bodies.Length);
        }
        (await Task.WhenAll(together)).ShouldBe(alone);
        (scheduler.Counts.Steps - stepsAlone).ShouldBeLessThan(stepsAlone, "one step serves several answers");
    }

    [Fact]
    public async Task A_client_that_disconnects_frees_its_place_and_the_others_are_answered_as_before()
    {
        await using TestWebServer server = await StartAsync();
        string other = Body("What is a thing?", 12);
        (string, string, int) alone = await AskAsync(server, other, Stop);

        using ModelLease<ResidentLanguage> lease = await LeaseAsync(server);
        BatchScheduler scheduler = lease.Model.Scheduler.ShouldNotBeNull();
        GenerationQueue queue = server.Services.GetRequiredService<GenerationQueue>();
        using CancellationTokenSource leaving = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        Task<(string, string, int)> stays;
        using (await queue.Device.TakeAsync(Stop))
        {
            Task leaves = AskAsync(server, Body("What is another thing?", 200), leaving.Token);
            stays = AskAsync(server, other, Stop);
            await UntilAsync(() => scheduler.Counts.Running == 2);
            int blocks = scheduler.Counts.BlocksInUse;
            await leaving.CancelAsync();
            await Should.ThrowAsync<OperationCanceledException>(() => leaves);
            await UntilAsync(() => scheduler.Counts.Running == 1 && queue.Length == 1);
            scheduler.Counts.BlocksInUse.ShouldBeLessThan(blocks);
        }
        (await stays).ShouldBe(alone);
        await UntilAsync(() => queue.Length == 0 && scheduler.Counts.Running == 0);
    }

    private Task<TestWebServer> StartAsync() => TestWebServer.StartAsync(database,
        settings: [("Serving:LanguageModels:0", Base), ("Serving:VisionModel", "/nowhere"), ("Serving:Device", "cpu")]);

    /// <summary>The model that has answered already.</summary>
    private static Task<ModelLease<ResidentLanguage>> LeaseAsync(TestWebServer server)
    {
        ModelMemory memory = server.Services.GetRequiredService<ModelMemory>();
        return memory.UseAsync<ResidentLanguage>(memory.Folders.Single(),
            plan => throw new InvalidOperationException($"{plan.Folder} is not in memory"), isPinned: false, Stop);
    }

    private static string Body(string question, int maxTokens, string more = "") =>
        $$"""{"model":"phi4-tiny","messages":[{"role":"user","content":"{{question}}"}],"max_tokens":{{maxTokens}}{{more}}}""";

    private static async Task<(string Text, string Reason, int Tokens)> AskAsync(
        TestWebServer server, string body, CancellationToken cancellationToken)
    {
        using StringContent content = new(body, new MediaTypeHeaderValue("application/json"));
        using HttpResponseMessage response = await server.Client.PostAsync("/v1/chat/completions", content, cancellationToken);
        string answer = await response.Content.ReadAsStringAsync(cancellationToken);
        response.IsSuccessStatusCode.ShouldBeTrue(answer);
        JsonElement root = JsonDocument.Parse(answer).RootElement, choice = root.GetProperty("choices")[0];
        return (choice.GetProperty("message").GetProperty("content").GetString()!, choice.GetProperty("finish_reason").GetString()!,
            root.GetProperty("usage").GetProperty("completion_tokens").GetInt32());
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        for (int i = 0; !condition(); i++)
        {
            i.ShouldBeLessThan(3_000, "a minute has passed");
            await Task.Delay(20, Stop);
        }
    }
}
