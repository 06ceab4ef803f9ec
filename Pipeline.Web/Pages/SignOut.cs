using Pipeline.Web.Security;

namespace Pipeline.Web.Pages;

/// <summary>Ends a browser's session.</summary>
internal static class SignOut
{
    public static void MapSignOut(this IEndpointRouteBuilder routes) => routes
        .MapPost("/logout", (HttpContext context) =>
        {
            SessionCookie.End(context);
            return Results.LocalRedirect("/login");
        })
        .ExcludeFromDescription();
}
