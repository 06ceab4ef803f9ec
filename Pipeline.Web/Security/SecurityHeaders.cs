namespace Pipeline.Web.Security;

/// <summary>Headers of every response: nothing from other sites runs in our pages, and no other site may frame them.</summary>
internal sealed class SecurityHeaders(RequestDelegate next)
{
    private const string OwnPages =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; "
        + "form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

    // The dashboard's own charts and dialogs set inline styles.
    private const string Dashboard =
        "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; "
        + "form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

    public Task InvokeAsync(HttpContext context)
    {
        IHeaderDictionary headers = context.Response.Headers;
        headers.ContentSecurityPolicy = context.Request.Path.StartsWithSegments("/hangfire") ? Dashboard : OwnPages;
        headers.XContentTypeOptions = "nosniff";
        // With "no-referrer" browsers send "Origin: null" from our own forms, which cannot be told from a foreign page's.
        headers["Referrer-Policy"] = "same-origin";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        return next(context);
    }
}
