using Microsoft.Extensions.AI;
using Pipeline.Jobs.Dataset.Writing.Endpoints;
using Pipeline.Models;

namespace Pipeline.Tests.Jobs.Dataset.Writing;

public sealed class EndpointTests
{
    private const string Key = "sk-very-secret-0123456789";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_call_carries_model_key_limit_and_settings_under_the_names_that_all_servers_know()
    {
        await using StandInEndpoint server = await StandInEndpoint.StartAsync();
        using EndpointChatClients clients = WritingSetup.Clients(server, null, ("ApiKey", Key), ("Headers:X-Tenant", "blue"));
        ChatResponse response = await AskAsync(clients, new ChatOptions
        {
            MaxOutputTokens = 99,
            Temperature = 0.5f,
            Seed = 3,
            ResponseFormat = ChatResponseFormat.Json,
        });
        response.Text.ShouldBe("Hello.");
        response.Usage!.InputTokenCount.ShouldBe(0);
        StandInCall call = server.Calls.ShouldHaveSingleItem();
        call.Authorization.ShouldBe($"Bearer {Key}");
        call.Body.ShouldContain("\"model\":\"stand-in\"");
        call.Body.ShouldContain("\"max_tokens\":99");
        call.Body.ShouldNotContain("max_completion_tokens");
        call.Body.ShouldContain("\"seed\":3");
        call.Body.ShouldContain("json_object");
    }

    [Theory]
    [InlineData(StandInFault.TooManyRequests)]
    [InlineData(StandInFault.ServerError)]
    [InlineData(StandInFault.ConnectionCut)]
    public async Task Trouble_that_passes_is_waited_out_with_growing_pauses(StandInFault fault)
    {
        ScriptedTime time = new(WritingSetup.Stall);
        await using StandInEndpoint server = await StandInEndpoint.StartAsync();
        server.Fault = call => call.Number < 3 ? fault : StandInFault.None;
        using EndpointChatClients clients = WritingSetup.Clients(server, time);
        (await AskAsync(clients)).Text.ShouldBe("Hello.");
        server.Calls.Count.ShouldBe(4);
        time.Pauses.Count.ShouldBe(3);
        if (fault == StandInFault.TooManyRequests)
            time.Pauses.ShouldAllBe(pause => pause >= TimeSpan.FromSeconds(server.RetryAfter) && pause < TimeSpan.FromSeconds(9));
        else
        {
            time.Pauses[0].ShouldBeInRange(TimeSpan.FromSeconds(0.5), TimeSpan.FromSeconds(1));
            time.Pauses[2].ShouldBeInRange(TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(4));
        }
    }

    [Fact]
    public async Task An_endpoint_that_asks_to_wait_for_a_year_is_waited_for_five_minutes()
    {
        ScriptedTime time = new(WritingSetup.Stall);
        await using StandInEndpoint server = await StandInEndpoint.StartAsync();
        server.RetryAfter = 365 * 86400;
        server.Fault = call => call.Number == 0 ? StandInFault.TooManyRequests : StandInFault.None;
        using EndpointChatClients clients = WritingSetup.Clients(server, time);
        (await AskAsync(clients)).Text.ShouldBe("Hello.");
        time.Pauses.ShouldHaveSingleItem().ShouldBeInRange(TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(5.1));
    }

    [Fact]
    public async Task No_answer_within_the_timeout_is_tried_again()
    {
        ScriptedTime time = new(WritingSetup.Stall);
        await using StandInEndpoint server = await StandInEndpoint.StartAsync();
        server.Fault = call => call.Number == 0 ? StandInFault.Stall : StandInFault.None;
        using EndpointChatClients clients = WritingSetup.Clients(server, time);
        Task<ChatResponse> asked = AskAsync(clients);
        await Eventually.TrueAsync(() => server.Calls.Count == 1, "one call");
        asked.IsCompleted.ShouldBeFalse();
        time.GoOff();
        (await asked).Text.ShouldBe("Hello.");
        server.Calls.Count.ShouldBe(2);
    }

    [Fact]
    public async Task Tries_are_limited_and_an_endpoint_that_is_down_is_told_from_one_odd_call()
    {
        await using StandInEndpoint server = await StandInEndpoint.StartAsync();
        server.Fault = _ => StandInFault.ServerError;
        using EndpointChatClients clients = WritingSetup.Clients(server, null, ("Retries", "2"));
        ModelCallException first = await Should.ThrowAsync<ModelCallException>(() => AskAsync(clients));
        first.Message.ShouldBe("endpoint local answered 500: The server had an error, 3 times in a row");
        server.Calls.Count.ShouldBe(3);
        await Should.ThrowAsync<ModelCallException>(() => AskAsync(clients));
        (await Should.ThrowAsync<IOException>(() => AskAsync(clients))).Message.ShouldContain("endpoint local answered 500");
        server.Fault = _ => StandInFault.None;
        (await AskAsync(clients)).Text.ShouldBe("Hello.");
        server.Fault = _ => StandInFault.ServerError;
        await Should.ThrowAsync<ModelCallException>(() => AskAsync(clients));         // counted anew
    }

    [Theory]
    [InlineData(StandInFault.Unauthorized, "Endpoints:local:ApiKey")]
    [InlineData(StandInFault.NotFound, "Endpoints:local:Url")]
    public async Task Wrong_settings_fail_at_once_by_name_and_without_the_key(StandInFault fault, string setting)
    {
        ScriptedTime time = new(WritingSetup.Stall);
        await using StandInEndpoint server = await StandInEndpoint.StartAsync();
        server.Fault = _ => fault;
        using EndpointChatClients clients = WritingSetup.Clients(server, time, ("ApiKey", Key));
        SettingsException error = await Should.ThrowAsync<SettingsException>(() => AskAsync(clients));
        error.Faults.ShouldHaveSingleItem().Setting.ShouldBe(setting);
        error.ToString().ShouldNotContain(Key);
        server.Calls.Count.ShouldBe(1);
        time.Pauses.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_key_that_the_server_repeats_is_not_repeated_here()
    {
        await using StandInEndpoint server = await StandInEndpoint.StartAsync();
        server.Refuses = ["messages"];
        using EndpointChatClients clients = WritingSetup.Clients(server, null, ("ApiKey", "messages-secret"));
        SettingsException error = await Should.ThrowAsync<SettingsException>(() => AskAsync(clients));
        error.Message.ShouldContain("400: Unsupported parameter: 'messages'");
        server.Refuses = [];
        server.Reply = _ => "fine";
        (await AskAsync(clients)).Text.ShouldBe("fine");
    }

    [Fact]
    public async Task A_prompt_that_is_too_long_fails_alone_and_is_not_tried_again()
    {
        await using StandInEndpoint server = await StandInEndpoint.StartAsync();
        server.Fault = _ => StandInFault.TooLong;
        using EndpointChatClients clients = WritingSetup.Clients(server);
        for (int i = 0; i < 5; i++) await Should.ThrowAsync<ModelCallException>(() => AskAsync(clients));
        server.Calls.Count.ShouldBe(5);
    }

    [Fact]
    public async Task Where_prompt_and_reply_do_not_fit_together_a_shorter_reply_is_asked_for()
    {
        await using StandInEndpoint server = await StandInEndpoint.StartAsync();
        server.Fault = call => call.Number < 2 ? StandInFault.TooLong : StandInFault.None;
        using EndpointChatClients clients = WritingSetup.Clients(server);
        (await AskAsync(clients, new ChatOptions { MaxOutputTokens = 2000 })).Text.ShouldBe("Hello.");
        server.Calls[2].Body.ShouldContain("\"max_tokens\":500");
    }

    [Theory]
    [InlineData("response_format")]
    [InlineData("max_tokens")]
    [InlineData("temperature")]
    [InlineData("seed")]
    public async Task A_parameter_that_the_endpoint_refuses_by_name_is_left_out_from_then_on(string parameter)
    {
        await using StandInEndpoint server = await StandInEndpoint.StartAsync();
        server.Refuses = [parameter];
        using EndpointChatClients clients = WritingSetup.Clients(server);
        ChatOptions options = new() { MaxOutputTokens = 10, Temperature = 0.2f, Seed = 1, ResponseFormat = ChatResponseFormat.Json };
        (await AskAsync(clients, options)).Text.ShouldBe("Hello.");
        server.Calls.Count.ShouldBe(2);
        (await AskAsync(clients, options)).Text.ShouldBe("Hello.");
        server.Calls.Count.ShouldBe(3);
        server.Calls[2].Body.ShouldNotContain($"\"{parameter}\"");
        if (parameter == "max_tokens") server.Calls[2].Body.ShouldContain("\"max_completion_tokens\":10");
    }

    [Fact]
    public async Task Calls_at_a_time_are_limited_over_all_users_of_an_endpoint()
    {
        await using StandInEndpoint server = await StandInEndpoint.StartAsync();
        using SemaphoreSlim release = new(0);
        server.Before = _ => release.WaitAsync(Stop);
        using EndpointChatClients clients = WritingSetup.Clients(server, null, ("Concurrency", "2"));
        Task<ChatResponse>[] asked = [.. Enumerable.Range(0, 6).Select(_ => AskAsync(clients))];
        await Eventually.TrueAsync(() => server.Calls.Count == 2, "two calls");
        for (int i = 0; i < 6; i++)
        {
            release.Release();
            int done = i + 1;
            await Eventually.TrueAsync(() => asked.Count(a => a.IsCompleted) == done, "a finished call");
        }
        await Task.WhenAll(asked);
        server.MostAtATime.ShouldBe(2);
    }

    [Fact]
    public async Task Stopping_ends_a_call_under_way_and_a_pause()
    {
        await using StandInEndpoint server = await StandInEndpoint.StartAsync();
        server.Fault = _ => StandInFault.Stall;
        using EndpointChatClients clients = WritingSetup.Clients(server);
        using CancellationTokenSource stop = new();
        Task<ChatResponse> asked = clients.Of("local").Client.GetResponseAsync("hello", cancellationToken: stop.Token);
        await Eventually.TrueAsync(() => server.Calls.Count == 1, "one call");
        await stop.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => asked);
        server.Calls.Count.ShouldBe(1);
    }

    [Fact]
    public async Task An_endpoint_that_nobody_listens_at_fails_by_name()
    {
        StandInEndpoint server = await StandInEndpoint.StartAsync();
        using EndpointChatClients clients = WritingSetup.Clients(server, null, ("Retries", "1"));
        await server.DisposeAsync();
        (await Should.ThrowAsync<ModelCallException>(() => AskAsync(clients))).Message.ShouldStartWith("endpoint local: ");
    }

    private static Task<ChatResponse> AskAsync(EndpointChatClients clients, ChatOptions? options = null) =>
        clients.Of("local").Client.GetResponseAsync("hi", options, Stop);
}
