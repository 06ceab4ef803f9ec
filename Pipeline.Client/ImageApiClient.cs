using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;

namespace Pipeline.Client;

/// <summary>Talks to the image API over HTTP.</summary>
internal sealed class ImageApiClient : IDisposable
{
    private const int AttemptsWhenBusy = 5;
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(30);

    private readonly HttpClient _http;
    private readonly Uri _server;
    private readonly Func<TimeSpan, CancellationToken, Task> _wait;

    /// <param name="server">Base address.</param>
    /// <param name="token">Bearer token, or null.</param>
    /// <param name="wait">How to wait before asking a busy server again; tests wait less.</param>
    public ImageApiClient(Uri server, string? token, Func<TimeSpan, CancellationToken, Task>? wait = null)
    {
        _server = server;
        _wait = wait ?? Task.Delay;
        // A model computes the answers, possibly on a CPU: minutes are normal.
        _http = new HttpClient { BaseAddress = server, Timeout = TimeSpan.FromMinutes(15) };
        _http.DefaultRequestHeaders.AcceptLanguage.ParseAdd("en");
        if (!string.IsNullOrEmpty(token))
            _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
    }

    /// <summary>Asks for the server's status.</summary>
    /// <exception cref="NoServerException">No server responds.</exception>
    /// <exception cref="RefusedException">The token is missing or wrong.</exception>
    public async Task<ServerStatus> StatusAsync(CancellationToken cancellationToken)
    {
        using HttpResponseMessage response = await SendAsync(() => new HttpRequestMessage(HttpMethod.Get, "status"), cancellationToken);
        // A server whose model is not loaded may answer 503; the body says so either way.
        return await ReadAsync<ServerStatus>(response, cancellationToken) is { Status: not null } status
            ? status
            : throw await RefusalAsync(response, cancellationToken);
    }

    /// <summary>Asks a question about an image file, retrying for a while when the server is busy.</summary>
    /// <param name="file">Path of the image.</param>
    /// <param name="question">What to ask.</param>
    /// <param name="base64">Sends JSON with a data URL instead of a form.</param>
    /// <param name="cancellationToken">Stops waiting for the answer.</param>
    /// <exception cref="UsageException">The file cannot be read.</exception>
    /// <exception cref="NoServerException">No server responds.</exception>
    /// <exception cref="RefusedException">The server refuses the image or the question, or stays busy.</exception>
    public async Task<string> AnalyzeAsync(string file, string question, bool base64, CancellationToken cancellationToken)
    {
        byte[] image = await ImageFiles.ReadAsync(file, cancellationToken);
        for (int attempt = 1; ; attempt++)
        {
            using HttpResponseMessage response = await SendAsync(() =>
                base64 ? Base64Request(file, image, question) : FormRequest(file, image, question), cancellationToken);
            if (response.StatusCode == HttpStatusCode.ServiceUnavailable && attempt < AttemptsWhenBusy)
            {
                TimeSpan asked = response.Headers.RetryAfter?.Delta ?? TimeSpan.FromSeconds(2 * attempt);
                await _wait(asked < LongestWait ? asked : LongestWait, cancellationToken);
                continue;
            }
            Answer? answer = response.IsSuccessStatusCode ? await ReadAsync<Answer>(response, cancellationToken) : null;
            return answer is { Success: true, Response: { } text } ? text : throw await RefusalAsync(response, cancellationToken);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private static HttpRequestMessage FormRequest(string file, byte[] image, string question)
    {
        ByteArrayContent content = new(image);
        content.Headers.ContentType = new MediaTypeHeaderValue(ImageFiles.MediaType(file));
        return new HttpRequestMessage(HttpMethod.Post, "analyze")
        {
            Content = new MultipartFormDataContent { { content, "image", Path.GetFileName(file) },
                { new StringContent(question), "text" } },
        };
    }

    private static HttpRequestMessage Base64Request(string file, byte[] image, string question) =>
        new(HttpMethod.Post, "analyze_base64")
        {
            Content = JsonContent.Create(new
            {
                image = $"data:{ImageFiles.MediaType(file)};base64,{Convert.ToBase64String(image)}",
                text = question
            }),
        };

    private async Task<HttpResponseMessage> SendAsync(Func<HttpRequestMessage> request, CancellationToken cancellationToken)
    {
        using HttpRequestMessage message = request();
        try
        {
            return await _http.SendAsync(message, HttpCompletionOption.ResponseContentRead, cancellationToken);
        }
        catch (HttpRequestException e)
        {
            throw new NoServerException(
                $"{_server}: no answer ({e.Message}); start the server with ./pipeline up, or name another one with --server.", e);
        }
        catch (TaskCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new NoServerException($"{_server}: no answer within {_http.Timeout.TotalMinutes:0} minutes.", e);
        }
    }

    private static async Task<RefusedException> RefusalAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        Answer? answer = await ReadAsync<Answer>(response, cancellationToken);
        string reason = answer?.Error ?? response.ReasonPhrase ?? "no reason given";
        if (response.StatusCode == HttpStatusCode.Unauthorized)
            reason += "; give the server's token with --token or AUTH_TOKEN";
        return new RefusedException((int)response.StatusCode, reason);
    }

    private static async Task<T?> ReadAsync<T>(HttpResponseMessage response, CancellationToken cancellationToken) where T : class
    {
        try
        {
            // Bytes, not the stream: a refusal is read a second time.
            return JsonSerializer.Deserialize<T>(await response.Content.ReadAsByteArrayAsync(cancellationToken));
        }
        catch (JsonException)
        {
            return null;   // not this API: the caller reports status and reason
        }
    }
}
