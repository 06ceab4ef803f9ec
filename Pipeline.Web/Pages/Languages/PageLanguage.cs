using System.Globalization;
using Microsoft.AspNetCore.Localization;

namespace Pipeline.Web.Pages.Languages;

/// <summary>
/// The language of the pages: the one chosen in this browser, else the one it asks for, else English. Only the language of texts
/// changes; what programs read is written the same whatever the language.
/// </summary>
internal static class PageLanguage
{
    private const string Cookie = "pipeline_language";

    /// <summary>Languages with their names in themselves, the first one being the default.</summary>
    public static IReadOnlyList<(string Code, string Name)> All { get; } = [("en", "English"), ("es", "Español")];

    /// <summary>The language of the present request.</summary>
    public static string Current => All.Select(language => language.Code).FirstOrDefault(code => code == CultureInfo.CurrentUICulture.Name)
        ?? All[0].Code;

    /// <summary>How numbers are written in it.</summary>
    public static NumberFormatInfo Numbers => Current == "es" ? Spanish : NumberFormatInfo.InvariantInfo;

    private static readonly NumberFormatInfo Spanish = new() { NumberDecimalSeparator = ",", NumberGroupSeparator = "." };

    public static void AddPageLanguages(this IServiceCollection services) => services.AddLocalization()
        .Configure<RequestLocalizationOptions>(options =>
        {
            options.DefaultRequestCulture = new RequestCulture(CultureInfo.InvariantCulture, new CultureInfo(All[0].Code));
            options.SupportedCultures = [CultureInfo.InvariantCulture];
            options.SupportedUICultures = [.. All.Select(language => new CultureInfo(language.Code))];
            options.RequestCultureProviders =
            [
                new CustomRequestCultureProvider(context => Task.FromResult((Chosen(context.Request) ?? Preferred(context.Request))
                    is { } code ? new ProviderCultureResult("", code) : null)),
            ];
        });

    /// <summary>Remembers a choice and goes back to the page it was made on.</summary>
    public static void MapPageLanguage(this IEndpointRouteBuilder routes) => routes
        .MapGet("/language/{code}", (string code, string? back, HttpContext context) =>
        {
            if (All.All(language => language.Code != code)) return Results.NotFound();
            context.Response.Cookies.Append(Cookie, code, new CookieOptions
            {
                HttpOnly = true,
                SameSite = SameSiteMode.Lax,
                Secure = context.Request.IsHttps,
                MaxAge = TimeSpan.FromDays(365),
                IsEssential = true,
            });
            return Results.LocalRedirect(LocalAddress.Of(back));
        })
        .ExcludeFromDescription();

    private static string? Chosen(HttpRequest request) => Known(request.Cookies[Cookie]);

    // Without the data of cultures nothing says that "es-AR" is a kind of "es".
    private static string? Preferred(HttpRequest request) => request.GetTypedHeaders().AcceptLanguage
        .Where(language => language.Quality is not 0).OrderByDescending(language => language.Quality ?? 1)
        .Select(language => Known(language.Value.ToString().Split('-')[0].ToLowerInvariant())).FirstOrDefault(code => code is not null);

    private static string? Known(string? code) => All.Any(language => language.Code == code) ? code : null;
}
