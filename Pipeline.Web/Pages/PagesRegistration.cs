using Microsoft.AspNetCore.Mvc;

namespace Pipeline.Web.Pages;

/// <summary>Razor pages as this product uses them.</summary>
internal static class PagesRegistration
{
    /// <summary>
    /// No antiforgery tokens: <see cref="Security.BrowserGuard"/> refuses every state-changing request of a foreign page,
    /// forms and API alike, and the session cookie is SameSite=Strict.
    /// </summary>
    public static void ConfigureRazor(this IMvcBuilder mvc) =>
        mvc.AddRazorPagesOptions(options => options.Conventions.ConfigureFilter(new IgnoreAntiforgeryTokenAttribute()));
}
