using Microsoft.AspNetCore.Mvc;
using Pipeline.Models;

namespace Pipeline.Web.Errors;

/// <summary>
/// Writes an error in the form of the caller's protocol: the image API's <c>{"success":false,"error":…}</c>, OpenAI's
/// error object under <c>/v1</c>, problem details elsewhere.
/// </summary>
internal static class ErrorShape
{
    private static readonly string[] ImagePaths = ["/status", "/analyze", "/analyze_base64"];

    public static Task WriteAsync(HttpContext context, int status, string message) =>
        WriteAsync(context, status, new Message(message, message));

    /// <summary>Rejected settings. Problem details also list every fault by setting, under <c>errors</c>.</summary>
    public static Task WriteAsync(HttpContext context, SettingsException refusal) =>
        WriteAsync(context, StatusCodes.Status400BadRequest, new Message(refusal.Message, refusal.Message), refusal.Faults);

    public static Task WriteAsync(HttpContext context, int status, Message message) => WriteAsync(context, status, message, []);

    private static async Task WriteAsync(HttpContext context, int status, Message message, IReadOnlyList<SettingFault> faults)
    {
        HttpResponse response = context.Response;
        response.StatusCode = status;
        PathString path = context.Request.Path;
        if (ImagePaths.Any(p => path.Equals(p, StringComparison.OrdinalIgnoreCase)))
        {
            await response.WriteAsJsonAsync(new { success = false, error = message.For(context.Request) }, context.RequestAborted);
        }
        else if (path.StartsWithSegments("/v1"))
        {
            await response.WriteAsJsonAsync(OpenAiError.From(status, message.English), context.RequestAborted);
        }
        else
        {
            ProblemDetails problem = new()
            {
                Status = status,
                Title = Microsoft.AspNetCore.WebUtilities.ReasonPhrases.GetReasonPhrase(status),
                Detail = message.English,
                Instance = path,
            };
            if (faults.Count > 0)
                problem.Extensions["errors"] = faults.GroupBy(fault => fault.Setting)
                    .ToDictionary(setting => setting.Key, setting => setting.Select(fault => fault.Problem).ToArray());
            await response.WriteAsJsonAsync(problem, options: null, "application/problem+json", context.RequestAborted);
        }
    }

    /// <summary>The image API answers in Spanish, as its clients expect, unless the caller prefers English.</summary>
    public static bool SpeaksEnglish(HttpRequest request) =>
        request.GetTypedHeaders().AcceptLanguage
            .OrderByDescending(language => language.Quality ?? 1)
            .Select(language => language.Value.ToString())
            .FirstOrDefault(language => Is(language, "en") || Is(language, "es")) is { } preferred && Is(preferred, "en");

    private static bool Is(string language, string tag) =>
        language.Equals(tag, StringComparison.OrdinalIgnoreCase) || language.StartsWith(tag + "-", StringComparison.OrdinalIgnoreCase);
}
