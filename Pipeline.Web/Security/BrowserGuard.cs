using System.Net;
using Pipeline.Web.Errors;

namespace Pipeline.Web.Security;

/// <summary>
/// Keeps foreign web pages out. Without a token, on loopback, the Host header must name this machine, or a page could reach the
/// server by rebinding its own name to 127.0.0.1. Always, requests that change something and come from a browser
/// (they then carry Origin or Sec-Fetch-Site) must come from our own pages.
/// </summary>
internal sealed class BrowserGuard(RequestDelegate next, AccessPolicy policy)
{
    private static readonly Message ForeignHost = new(
        "This server answers only to localhost; set AUTH_TOKEN and --listen to reach it by another name.",
        "Este servidor solo responde a localhost; configure AUTH_TOKEN y --listen para usar otro nombre.");

    private static readonly Message ForeignOrigin = new(
        "Requests from pages of another site are refused.",
        "Se rechazan las peticiones desde páginas de otro sitio.");

    public async Task InvokeAsync(HttpContext context)
    {
        if (policy.IsOpenOnLoopback && !IsLoopback(context.Request.Host.Host))
            await ErrorShape.WriteAsync(context, StatusCodes.Status403Forbidden, ForeignHost);
        else if (ChangesState(context.Request.Method) && IsForeign(context.Request))
            await ErrorShape.WriteAsync(context, StatusCodes.Status403Forbidden, ForeignOrigin);
        else
            await next(context);
    }

    private static bool IsLoopback(string host) =>
        string.Equals(host, "localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(host.Trim('[', ']'), out IPAddress? address) && IPAddress.IsLoopback(address));

    private static bool ChangesState(string method) =>
        !HttpMethods.IsGet(method) && !HttpMethods.IsHead(method) && !HttpMethods.IsOptions(method);

    /// <summary>
    /// By Sec-Fetch-Site, which pages cannot set, where the browser sends it: over HTTPS and to this machine. Elsewhere by Origin,
    /// which may be "null" although the page is ours.
    /// </summary>
    private static bool IsForeign(HttpRequest request)
    {
        switch (request.Headers["Sec-Fetch-Site"].ToString())
        {
            case "same-origin" or "none": return false;
            case "": break;
            default: return true;
        }
        string origin = request.Headers.Origin.ToString();
        return origin.Length > 0 && (!Uri.TryCreate(origin, UriKind.Absolute, out Uri? page)
            || !string.Equals(page.Authority, request.Host.Value, StringComparison.OrdinalIgnoreCase));
    }
}
