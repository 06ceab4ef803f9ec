using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Pipeline.Web.Security;

namespace Pipeline.Web.Pages;

/// <summary>Exchanges the access token for a browser session.</summary>
internal sealed class LoginModel(AccessPolicy policy, SessionCookie session) : PageModel
{
    public bool Refused { get; private set; }

    [BindProperty(SupportsGet = true)]
    public string? Next { get; set; }

    public IActionResult OnGet() => policy.IsOpenOnLoopback ? LocalRedirect("/") : Page();

    public async Task<IActionResult> OnPostAsync(string? token)
    {
        if (policy.Accepts(token?.Trim()))
        {
            session.Issue(HttpContext);
            return LocalRedirect(Url.IsLocalUrl(Next) ? Next : "/");
        }
        await Task.Delay(TimeSpan.FromMilliseconds(300), HttpContext.RequestAborted); // slows guessing, one request at a time
        Refused = true;
        Response.StatusCode = StatusCodes.Status401Unauthorized;
        return Page();
    }
}
