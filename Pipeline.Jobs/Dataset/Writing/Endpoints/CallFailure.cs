using System.ClientModel;
using System.ClientModel.Primitives;
using System.Globalization;
using System.Text.Json;
using Pipeline.Models;

namespace Pipeline.Jobs.Dataset.Writing.Endpoints;

/// <summary>What a failed call means.</summary>
/// <param name="Message">For people; never holds the key.</param>
/// <param name="MayPass">Whether trying again may help.</param>
/// <param name="Cause">The exception; null for answers of the endpoint, whose bodies may repeat the key.</param>
internal sealed record CallFailure(string Message, bool MayPass, Exception? Cause)
{
    private const int LongestBody = 300;

    /// <summary>What the endpoint asks to wait.</summary>
    public TimeSpan? RetryAfter { get; private init; }

    /// <summary>The setting that makes every call fail, or null.</summary>
    public SettingFault? Setting { get; private init; }

    /// <summary>Whether prompt and reply together do not fit into the model.</summary>
    public bool IsTooLong { get; private init; }

    /// <summary>Body of a refusal of the request's content, or null.</summary>
    public string? Refused { get; private init; }

    /// <summary>Reads an exception of a call.</summary>
    public static CallFailure Of(Exception e, EndpointOptions endpoint, TimeProvider time)
    {
        string who = $"endpoint {endpoint.Name}";
        if (e is AggregateException { InnerException: { } first }) e = first;
        if (e is not ClientResultException { Status: > 0 } answer)
            return e switch
            {
                TimeoutException => new(Clean($"{who}: {e.Message}", endpoint), MayPass: true, e),
                // Not reached, cut off in the middle, or no reply of this protocol.
                HttpRequestException or IOException or ClientResultException or OperationCanceledException =>
                    new(Clean($"{who}: {Innermost(e)}", endpoint), MayPass: true, e),
                _ => new(Clean($"{who}: its answer is no reply of the chat protocol ({e.GetType().Name})", endpoint), MayPass: true, e),
            };
        PipelineResponse? response = answer.GetRawResponse();
        string body = Clean(BodyOf(response), endpoint);
        string told = body.Length > 0 ? $": {Shortened(body)}" : "";
        int status = answer.Status;
        string message = $"{who} answered {status}{told}";
        return status switch
        {
            401 or 403 => Wrong("ApiKey", $"the endpoint refuses the key ({status}); give a valid one"),
            404 or 405 or (>= 300 and < 400) => Wrong("Url",
                $"the endpoint does not know the address or the model '{endpoint.Model}' ({status}{told}); "
                + "give the address up to /v1, and as Model a name that it lists under /v1/models"),
            408 or 409 or 425 or 429 or >= 500 => new(message, MayPass: true, null) { RetryAfter = RetryAfterOf(response, time) },
            413 => new(message, MayPass: false, null),
            400 or 422 when DoesNotFit(body) => new(message, MayPass: false, null) { IsTooLong = true },
            400 or 422 => Wrong("Model", $"the endpoint refuses the request ({status}{told})") with { Refused = body },
            _ => Wrong("Url", $"the endpoint answers {status}{told}"),
        };

        CallFailure Wrong(string key, string problem) =>
            new(message, MayPass: false, null) { Setting = new SettingFault(endpoint.Setting(key), problem) };
    }

    /// <summary>One chunk that is too long for the model is no fault of the settings.</summary>
    private static bool DoesNotFit(string body) => body.Contains("context", StringComparison.OrdinalIgnoreCase)
        || body.Contains("too long", StringComparison.OrdinalIgnoreCase)
        || body.Contains("max_position", StringComparison.OrdinalIgnoreCase)
        || body.Contains("content_filter", StringComparison.OrdinalIgnoreCase);

    private static TimeSpan? RetryAfterOf(PipelineResponse? response, TimeProvider time)
    {
        if (response is null || !response.Headers.TryGetValue("Retry-After", out string? value) || value is null) return null;
        if (double.TryParse(value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double seconds)
            && seconds is >= 0 and < 1e9)
            return TimeSpan.FromSeconds(seconds);
        return DateTimeOffset.TryParse(value, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset until)
            && until > time.GetUtcNow() ? until - time.GetUtcNow() : null;
    }

    private static string BodyOf(PipelineResponse? response)
    {
        string text;
        try
        {
            text = response?.Content.ToString() ?? "";
        }
        catch (InvalidOperationException)
        {
            return "";          // not buffered: the connection broke
        }
        try
        {
            using JsonDocument json = JsonDocument.Parse(text);
            if (json.RootElement.ValueKind == JsonValueKind.Object && json.RootElement.TryGetProperty("error", out JsonElement error))
            {
                if (error.ValueKind == JsonValueKind.String) return error.GetString()!;
                if (error.ValueKind == JsonValueKind.Object)
                    return string.Join(' ', new[] { "code", "param", "message" }
                        .Select(name => error.TryGetProperty(name, out JsonElement part) && part.ValueKind == JsonValueKind.String
                            ? part.GetString() : null)
                        .Where(part => !string.IsNullOrEmpty(part)));
            }
        }
        catch (JsonException)
        {
            // shown as it is
        }
        return text;
    }

    private static string Innermost(Exception e)
    {
        while (e.InnerException is { } inner) e = inner;
        return e.Message;
    }

    private static string Clean(string text, EndpointOptions endpoint)
    {
        if (endpoint.ApiKey is { Length: > 0 } key) text = text.Replace(key, "***", StringComparison.Ordinal);
        foreach ((string _, string value) in endpoint.Headers)
            if (value.Length >= 8) text = text.Replace(value, "***", StringComparison.Ordinal);
        return text;
    }

    private static string Shortened(string text)
    {
        string line = string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        return line.Length <= LongestBody ? line : line[..LongestBody] + "…";
    }
}
