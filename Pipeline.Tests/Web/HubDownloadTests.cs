using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Pipeline.Models;
using Pipeline.Web.Hub;

namespace Pipeline.Tests.Web;

/// <summary>Against a real HTTP server that speaks the hub's listing and resolve addresses.</summary>
public sealed class HubDownloadTests : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("pipeline-hub-").FullName;
    private readonly Dictionary<string, byte[]> _files = new()
    {
        ["config.json"] = Encoding.UTF8.GetBytes("""{"model_type":"phi3"}"""),
        ["model.safetensors"] = RandomNumberGenerator.GetBytes(300_000),
        ["pytorch_model.bin"] = [1, 2, 3],
    };
    private readonly List<string> _ranges = [];
    private readonly HttpClient _client = new();
    private WebApplication _hub = null!;
    private string? _requiredToken;
    private string? _extraPath;
    private bool _corrupt;

    public async ValueTask InitializeAsync()
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        _hub = builder.Build();
        _hub.Use(async (context, next) =>
        {
            if (_requiredToken is not null && context.Request.Headers.Authorization != $"Bearer {_requiredToken}")
                context.Response.StatusCode = 401;
            else
                await next();
        });
        _hub.MapGet("/api/models/own/tiny/tree/main", () => Results.Text(Listing(), "application/json"));
        _hub.MapGet("/own/tiny/resolve/main/{**path}", (string path, HttpRequest request) =>
        {
            _ranges.Add($"{path} {request.Headers.Range}");
            byte[] content = (byte[])_files[path].Clone();
            if (_corrupt) content[^1] ^= 1;
            return Results.Bytes(content, enableRangeProcessing: true);
        });
        await _hub.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _hub.DisposeAsync();
        _client.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Files_the_product_reads_arrive_whole_and_others_are_left_out()
    {
        await PullAsync();
        File.ReadAllBytes(Path.Combine(_folder, "model.safetensors")).ShouldBe(_files["model.safetensors"]);
        File.Exists(Path.Combine(_folder, "pytorch_model.bin")).ShouldBeFalse();
    }

    [Fact]
    public async Task An_interrupted_file_goes_on_where_it_stopped()
    {
        File.WriteAllBytes(Path.Combine(_folder, "model.safetensors.incomplete"), _files["model.safetensors"][..100_000]);
        await PullAsync();
        _ranges.ShouldContain("model.safetensors bytes=100000-");
        File.ReadAllBytes(Path.Combine(_folder, "model.safetensors")).ShouldBe(_files["model.safetensors"]);
    }

    [Fact]
    public async Task Files_already_there_are_not_fetched_again()
    {
        await PullAsync();
        _ranges.Clear();
        await PullAsync();
        _ranges.ShouldBeEmpty();
    }

    [Fact]
    public async Task Bytes_that_do_not_match_the_checksum_never_get_the_final_name()
    {
        _corrupt = true;
        InputException error = await Should.ThrowAsync<InputException>(PullAsync);
        error.Message.ShouldContain("own/tiny/config.json: the downloaded bytes do not match the hub's checksum");
        Directory.GetFiles(_folder).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_gated_repository_says_to_set_the_token()
    {
        _requiredToken = "secret";
        (await Should.ThrowAsync<InputException>(PullAsync)).Message.ShouldContain("accept the model's terms there and set HF_TOKEN");
        await PullAsync("secret");
        File.Exists(Path.Combine(_folder, "config.json")).ShouldBeTrue();
    }

    [Fact]
    public async Task A_listed_path_that_leaves_the_folder_is_refused()
    {
        _extraPath = "../escape.json";
        (await Should.ThrowAsync<InputException>(PullAsync)).Message.ShouldContain("unsafe path '../escape.json'");
        Directory.GetFiles(_folder).ShouldBeEmpty();
    }

    private Task PullAsync() => PullAsync(null);

    private Task PullAsync(string? token) => new HubDownload(_client, new Uri(_hub.Urls.Single() + "/"), token)
        .RunAsync("own/tiny", "main", _folder, null, TestContext.Current.CancellationToken);

    private string Listing()
    {
        List<object> entries = _files.Select(f => (object)(f.Key.EndsWith(".json", StringComparison.Ordinal)
            ? new { type = "file", path = f.Key, size = f.Value.Length, oid = GitBlob(f.Value) }
            : new
            {
                type = "file",
                path = f.Key,
                size = f.Value.Length,
                oid = "x",
                lfs = new { oid = Convert.ToHexStringLower(SHA256.HashData(f.Value)) }
            })).ToList();
        if (_extraPath is not null) entries.Add(new { type = "file", path = _extraPath, size = 1, oid = "x" });
        return JsonSerializer.Serialize(entries);
    }

    private static string GitBlob(byte[] content) =>
        Convert.ToHexStringLower(SHA1.HashData([.. Encoding.ASCII.GetBytes($"blob {content.Length}\0"), .. content]));
}
