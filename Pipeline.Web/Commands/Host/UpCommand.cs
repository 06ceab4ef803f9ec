using System.CommandLine;
using Microsoft.AspNetCore.Connections;
using Pipeline.Data;
using Pipeline.Models;
using Pipeline.Web.Hosting;
using Pipeline.Web.Security;

namespace Pipeline.Web.Commands.Host;

/// <summary><c>up</c>: the server, until it is stopped.</summary>
internal static class UpCommand
{
    private static readonly TimeSpan StartTimeout = TimeSpan.FromMinutes(2);        // machines start in any order

    public static Command Create()
    {
        Option<string> role = new("--role") { Description = "What this process does", DefaultValueFactory = _ => "all" };
        role.AcceptOnlyFromAmong("all", "web", "worker");
        Option<int> port = new("--port") { HelpName = "PORT", Description = "TCP port of pages and APIs", DefaultValueFactory = _ => 5000 };
        Option<string> listen = new("--listen")
        {
            Description = "Address to listen on: localhost, an IP address, or * for every interface. Beyond this machine a token "
                + "is required: AUTH_TOKEN, or one made and printed at start",
            HelpName = "ADDRESS",
            DefaultValueFactory = _ => "localhost",
        };
        Option<string[]> allow = new("--allow")
        {
            Description = "Folder that runs may read PDFs from; may be repeated. Besides: samples/ and inbox/ in the data folder",
            HelpName = "DIR",
            DefaultValueFactory = _ => [],
        };
        Option<string> data = CommonOptions.Data();
        port.Validators.Add(result =>
        {
            if (result.GetValue(port) is < 0 or > 65535)
                result.AddError($"--port: found {result.GetValue(port)}; expected 0 (any free port) to 65535");
        });

        Command command = new("up", "Serve pages, APIs and jobs until stopped.") { role, port, listen, allow, data };
        command.SetAction((parsed, cancellationToken) => RunAsync(
            new ServerSettings
            {
                Role = Enum.Parse<ServerRole>(parsed.GetValue(role)!, ignoreCase: true),
                Port = parsed.GetValue(port),
                Listen = parsed.GetValue(listen)!,
                DataFolder = parsed.GetValue(data)!,
                Overrides = parsed.GetValue(allow)!
                    .Select((folder, i) => KeyValuePair.Create<string, string?>($"Ingest:Roots:{i}", Path.GetFullPath(folder)))
                    .ToDictionary(),
            },
            parsed.InvocationConfiguration.Output,
            cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(ServerSettings settings, TextWriter output, CancellationToken cancellationToken)
    {
        await using PipelineStorage storage = await PipelineStorage.OpenAsync(HostSettings.StorageOf(settings), cancellationToken,
            StartTimeout, (failures, e) =>
        {
            if (failures == 1) Console.Error.WriteLine(
                $"the database or the artifact storage does not answer and is asked again for {StartTimeout.TotalMinutes:F0} minutes: "
                + $"{e.Message}");
        });
        if (settings.Role == ServerRole.Worker)
        {
            using IHost worker = WorkerServer.Build(settings, storage);
            await worker.RunAsync(cancellationToken);
            return ExitCodes.Success;
        }

        await using WebApplication app = WebServer.Build(settings, storage);
        try
        {
            await app.StartAsync(cancellationToken);
        }
        catch (IOException problem) when (problem.InnerException is AddressInUseException)
        {
            throw new InputException($"--port: {settings.Port} is taken by another program; choose another, or 0 for any free one",
                problem);
        }
        AccessPolicy access = app.Services.GetRequiredService<AccessPolicy>();
        if (access.TokenWasMade)
            output.WriteLine($"Access token, shown only now (set AUTH_TOKEN to choose your own): {access.Token}");
        foreach (string address in app.Urls)
            output.WriteLine($"Listening on {address}");
        await app.WaitForShutdownAsync(cancellationToken);
        return ExitCodes.Success;
    }
}
