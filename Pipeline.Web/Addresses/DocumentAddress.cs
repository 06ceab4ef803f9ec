namespace Pipeline.Web.Addresses;

/// <summary>Where documents are looked into, for pages and for answers of the API that lead there.</summary>
internal static class DocumentAddress
{
    /// <summary>A page of a document of a run.</summary>
    /// <param name="run">The run.</param>
    /// <param name="document">The document's part in it.</param>
    /// <param name="page">Page, from 1.</param>
    /// <param name="block">A block of the page, or null.</param>
    public static string Of(Guid run, Guid document, int page, string? block = null) =>
        $"/runs/{run}/documents/{document}?number={page}{(string.IsNullOrEmpty(block) ? "" : $"#{block}")}";
}
