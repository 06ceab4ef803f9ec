using Microsoft.Extensions.AI;
using Pipeline.Jobs.Dataset.Writing;
using Pipeline.Jobs.Dataset.Writing.Calls;
using Pipeline.Jobs.Dataset.Writing.Endpoints;
using Pipeline.Models.Families;
using Pipeline.Tests.Web;

namespace Pipeline.Tests.Jobs.Dataset.Writing;

public sealed class OwnModelTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    private static readonly string Base = Path.Combine(GoldenFiles.Root, "phi4-tiny");

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_runs_own_base_model_and_our_own_server_give_the_same_reply_through_the_same_interface()
    {
        await using TestWebServer server = await TestWebServer.StartAsync(database, settings: [("Serving:LanguageModels:0", Base),
            ("Serving:VisionModel", "/nowhere"), ("Serving:Device", "cpu")]);
        using EndpointChatClients clients = new(WritingSetup.Catalog(("Endpoints:own:Url", new Uri(server.Address, "v1").ToString()),
            ("Endpoints:own:Model", "phi4-tiny"), ("Endpoints:own:Temperature", "0"), ("Endpoints:own:MaxTokens", "16")),
            TimeProvider.System, Microsoft.Extensions.Logging.Abstractions.NullLogger<EndpointChatClients>.Instance);
        (IChatClient client, EndpointOptions endpoint) = clients.Of("own");
        // Asks for JSON, which our server refuses by name: learned on the way.
        ModelPrompt prompt = new("test/1", "You answer.", "What is a valve?", Json: true, 12);
        (ModelReply? served, CallCounts counts) = await new CachedCalls(ModelWriter.Of(client, endpoint), new MemoryCallStore(),
            TokenBudget.Unlimited, TimeProvider.System).AskAsync(prompt, Stop);
        counts.Made.ShouldBe(1);

        using LanguageModel model = LanguageModel.Load(Base);
        using LanguageModelChatClient own = new(model);
        own.IsSmall.ShouldBeTrue();
        own.Warning.ShouldNotBeNull().ShouldContain("next to no usable row");
        (ModelReply? local, _) = await new CachedCalls(ModelWriter.Of(own), new MemoryCallStore(), TokenBudget.Unlimited,
            TimeProvider.System).AskAsync(prompt, Stop);
        local!.Text.ShouldBe(served!.Text);
        local.Text.ShouldNotBeEmpty();
        (local.PromptTokens, local.ReplyTokens).ShouldBe((served.PromptTokens, served.ReplyTokens));
    }

    [Fact]
    public async Task A_prompt_that_does_not_fit_into_the_model_fails_alone_and_stopping_ends_an_answer()
    {
        using LanguageModel model = LanguageModel.Load(Base);
        using LanguageModelChatClient own = new(model);
        string endless = string.Join(' ', Enumerable.Repeat("valve", model.Decoder.Config.MaxPositionEmbeddings + 10));
        (await Should.ThrowAsync<ModelCallException>(() => own.GetResponseAsync(endless, cancellationToken: Stop)))
            .Message.ShouldContain("the model takes");
        using CancellationTokenSource stopped = new();
        await stopped.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => own.GetResponseAsync("hello", cancellationToken: stopped.Token));
        (await own.GetResponseAsync("hello", new ChatOptions { MaxOutputTokens = 3 }, Stop)).Usage!.OutputTokenCount!.Value
            .ShouldBeInRange(0, 3);
    }
}
