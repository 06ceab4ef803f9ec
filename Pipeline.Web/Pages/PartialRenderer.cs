using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Abstractions;
using Microsoft.AspNetCore.Mvc.ModelBinding;
using Microsoft.AspNetCore.Mvc.Rendering;
using Microsoft.AspNetCore.Mvc.ViewEngines;
using Microsoft.AspNetCore.Mvc.ViewFeatures;

namespace Pipeline.Web.Pages;

/// <summary>Renders a partial view outside a page, for content that is sent after the page itself.</summary>
internal sealed class PartialRenderer(ICompositeViewEngine views, ITempDataProvider temporary, IModelMetadataProvider metadata)
{
    /// <param name="http">The request that is answered with the HTML.</param>
    /// <param name="view">Path of the view, from the root of the project.</param>
    /// <param name="model">What it shows.</param>
    public async Task<string> RenderAsync<T>(HttpContext http, string view, T model)
    {
        ViewEngineResult found = views.GetView(executingFilePath: null, view, isMainPage: false).EnsureSuccessful(originalLocations: null);
        ActionContext action = new(http, http.GetRouteData(), new ActionDescriptor());
        ViewDataDictionary<T> data = new(metadata, new ModelStateDictionary()) { Model = model };
        await using StringWriter html = new();
        ViewContext context = new(action, found.View!, data, new TempDataDictionary(http, temporary), html, new HtmlHelperOptions());
        await found.View!.RenderAsync(context);
        return html.ToString().Trim();
    }
}
