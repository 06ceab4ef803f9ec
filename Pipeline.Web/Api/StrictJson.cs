using System.Text.Json;
using Pipeline.Jobs;
using Pipeline.Models;

namespace Pipeline.Web.Api;

/// <summary>Request bodies whose unknown names are refused, with the path of what is wrong.</summary>
internal static class StrictJson
{
    private static readonly JsonSerializerOptions Settings = new(RunOptionsJson.Settings) { Converters = { new RunOptionsConverter() } };

    /// <exception cref="BadHttpRequestException">
    /// The body is not declared as JSON (415): a foreign page's form cannot declare it.
    /// </exception>
    /// <exception cref="InputException">The body is not the JSON expected; the message says where.</exception>
    public static async Task<T> ReadAsync<T>(HttpRequest request, CancellationToken cancellationToken)
        where T : class
    {
        if (!request.HasJsonContentType())
            throw new BadHttpRequestException("expected a body of type application/json", StatusCodes.Status415UnsupportedMediaType);
        try
        {
            return await JsonSerializer.DeserializeAsync<T>(request.Body, Settings, cancellationToken)
                ?? throw new InputException("body: found null; expected an object");
        }
        catch (JsonException problem)
        {
            throw Describe(problem, "body");
        }
    }

    /// <inheritdoc cref="ReadAsync{T}"/>
    public static T Parse<T>(string json, string field)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize<T>(json, Settings) ?? throw new InputException($"{field}: found null; expected an object");
        }
        catch (JsonException problem)
        {
            throw Describe(problem, field);
        }
    }

    private static InputException Describe(JsonException problem, string field) =>
        new($"{field}{(problem.Path is { Length: > 1 } path ? path[1..] : "")}: {problem.Message.Split(" Path:")[0]}", problem);
}
