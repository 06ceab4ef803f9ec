namespace Pipeline.Web.Errors;

/// <summary>A text for the caller in the two languages of the image API; everything else is in English.</summary>
internal sealed record Message(string English, string Spanish)
{
    /// <summary>In the language that the caller prefers.</summary>
    public string For(HttpRequest request) => ErrorShape.SpeaksEnglish(request) ? English : Spanish;
}
