namespace Pipeline.Web.Pages.Languages;

/// <summary>
/// Texts of the pages: English is the key, <c>PageTexts.es.resx</c> holds the Spanish. A text without a translation stays English,
/// which a test refuses.
/// </summary>
internal sealed class PageTexts;
