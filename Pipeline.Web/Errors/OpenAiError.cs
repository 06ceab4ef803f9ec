using System.Text.Json.Serialization;

namespace Pipeline.Web.Errors;

/// <summary>The error object of the OpenAI protocol, as its clients parse it.</summary>
internal sealed record OpenAiError(OpenAiError.Body Error)
{
    public static OpenAiError From(int status, string message, string? parameter = null, string? code = null) =>
        new(new Body(message, TypeOf(status), parameter, code ?? CodeOf(status)));

    private static string TypeOf(int status) => status switch
    {
        StatusCodes.Status401Unauthorized => "authentication_error",
        StatusCodes.Status403Forbidden => "permission_error",
        >= 500 => "server_error",
        _ => "invalid_request_error",
    };

    private static string? CodeOf(int status) => status switch
    {
        StatusCodes.Status401Unauthorized => "invalid_api_key",
        StatusCodes.Status404NotFound => "model_not_found",
        StatusCodes.Status503ServiceUnavailable => "overloaded",
        _ => null,
    };

    internal sealed record Body(
        string Message,
        string Type,
        [property: JsonPropertyName("param")] string? Parameter,
        string? Code);
}
