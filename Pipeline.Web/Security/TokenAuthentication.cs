using Pipeline.Web.Errors;

namespace Pipeline.Web.Security;

/// <summary>
/// Lets a request through when it carries the bearer token or a browser session made from it. Everything requires one
/// except the health check, the login form and the files that form needs.
/// </summary>
internal sealed class TokenAuthentication(RequestDelegate next, AccessPolicy policy, SessionCookie session)
{
    private static readonly Message TokenRequired = new(
        "A valid token is required: send the header 'Authorization: Bearer <token>'.",
        "Se requiere un token válido: envíe la cabecera 'Authorization: Bearer <token>'.");

    public async Task InvokeAsync(HttpContext context)
    {
        if (policy.IsOpenOnLoopback || IsPublic(context.Request.Path) || HasToken(context.Request) || session.IsValid(context.Request))
        {
            await next(context);
            return;
        }
        if (WantsPage(context.Request))
        {
            context.Response.Redirect("/login?next=" + Uri.EscapeDataString(context.Request.Path + context.Request.QueryString));
            return;
        }
        context.Response.Headers.WWWAuthenticate = "Bearer";
        await ErrorShape.WriteAsync(context, StatusCodes.Status401Unauthorized, TokenRequired);
    }

    private static bool IsPublic(PathString path) =>
        path == "/health" || path == "/login" || path.StartsWithSegments("/assets") || path.StartsWithSegments("/language");

    private bool HasToken(HttpRequest request)
    {
        string header = request.Headers.Authorization.ToString();
        const string scheme = "Bearer ";
        return header.StartsWith(scheme, StringComparison.OrdinalIgnoreCase) && policy.Accepts(header[scheme.Length..].Trim());
    }

    private static bool WantsPage(HttpRequest request) =>
        HttpMethods.IsGet(request.Method) && request.Headers.Accept.ToString().Contains("text/html", StringComparison.OrdinalIgnoreCase);
}
