using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Pipeline.Jobs.Extract.Blocks;

namespace Pipeline.Jobs.Extract.View;

/// <summary>
/// What extraction saw in a document, as parts of a page for people: warnings, a legend that shows and hides kinds of blocks, and each
/// page's raster with numbered boxes beside what was read in them. All parts belong in one element of class <c>document</c>; they need
/// <see cref="ViewAssets.Style"/>, and <see cref="ViewAssets.Script"/> for what lights up together. Text is encoded, and no part has
/// inline styles or scripts, so that the strictest content security policy holds.
/// </summary>
public sealed partial class DocumentView
{
    private readonly ExtractedDocument _document;
    private readonly Func<string, string> _urlOf;
    private readonly HashSet<int> _pages;
    private readonly NumberedBlock[] _blocks;
    private readonly ILookup<int, NumberedBlock> _startingOn;
    private readonly ILookup<int, (NumberedBlock Block, Box Box, bool First)> _placesOn;
    private readonly BlockHtml _text;
    private readonly Func<string, string> _say;
    private readonly Func<int, string> _urlOfPage;

    /// <summary>Prepares the parts of one document.</summary>
    /// <param name="document">The document.</param>
    /// <param name="urlOf">URL of a file from its path in the document's folder, such as <c>pages/page-0001.png</c>.</param>
    /// <param name="say">Translates the English words of the view, <c>{0}</c> standing for what is filled in; null leaves them.</param>
    /// <param name="urlOfPage">URL of a page, from 1; null for anchors of one long page that holds them all.</param>
    public DocumentView(ExtractedDocument document, Func<string, string> urlOf, Func<string, string>? say = null,
        Func<int, string>? urlOfPage = null)
    {
        _document = document;
        _urlOf = urlOf;
        _say = say ?? (text => text);
        _urlOfPage = urlOfPage ?? (page => Text($"#page-{page}"));
        _pages = document.Pages.Select(p => p.Number).ToHashSet();
        _blocks = document.Blocks.Select((block, i) => new NumberedBlock(i + 1, block)).ToArray();
        _startingOn = _blocks.ToLookup(b => b.Block.Page);
        _placesOn = _blocks.SelectMany(b => b.Regions.Select((region, i) => (region.Page, Place: (b, region.Box, i == 0))))
            .ToLookup(p => p.Page, p => p.Place);
        _text = new BlockHtml(document, urlOf, _say);
    }

    /// <summary>The warnings, pages they name linked; empty when there is none.</summary>
    public string Warnings()
    {
        if (_document.Warnings.Count == 0)
            return "";
        StringBuilder html = new("<section class=\"warnings\" aria-labelledby=\"warnings\">\n<h2 id=\"warnings\">");
        html.Append(Say(_document.Warnings.Count == 1 ? "{0} warning" : "{0} warnings", _document.Warnings.Count)).Append("</h2>\n<ul>\n");
        foreach (string warning in _document.Warnings)
            html.Append("<li>").Append(WithLinks(warning)).Append("</li>\n");
        return html.Append("</ul>\n</section>\n").ToString();
    }

    /// <summary>The kinds of blocks in the document, each with its count and a box that shows or hides it; links to all pages.</summary>
    public string Legend()
    {
        StringBuilder html = new($"<div class=\"legend\">\n<fieldset>\n<legend>{Say("Show")}</legend>\n");
        foreach (IGrouping<BlockKind, NumberedBlock> kind in _blocks.GroupBy(b => b.Block.Kind)
            .OrderBy(k => k.Key.IsFurniture()).ThenBy(k => k.Key))
        {
            string name = NumberedBlock.ClassOf(kind.Key);
            html.Append($"<label class=\"k-{name}\"><input type=\"checkbox\" value=\"{name}\" checked>")
                .Append($"{Say(NumberedBlock.NameOf(kind.Key))} ")
                .Append(Text($"<b>{kind.Count()}</b></label>\n"));
        }
        html.Append("</fieldset>\n");
        if (_document.Pages.Count > 1)
        {
            html.Append($"<details>\n<summary>{Say("Pages")}</summary>\n<nav aria-label=\"{Say("Pages")}\">\n");
            foreach (DocumentPage page in _document.Pages)
                html.Append(Text($"<a href=\"{Html.Encode(_urlOfPage(page.Number))}\">{page.Number}</a>\n"));
            html.Append("</nav>\n</details>\n");
        }
        return html.Append("</div>\n").ToString();
    }

    /// <summary>All pages.</summary>
    public string Pages() => string.Concat(_document.Pages.Select(Page));

    /// <summary>One page: its raster with the boxes, and the blocks that start on it.</summary>
    /// <param name="page">A page of the document.</param>
    public string Page(DocumentPage page)
    {
        string raster = Html.Encode(_urlOf(page.Image));
        StringBuilder html = new();
        html.Append(Text($"<section class=\"page\" id=\"page-{page.Number}\" aria-labelledby=\"title-{page.Number}\">\n"))
            .Append(Text($"<h2 id=\"title-{page.Number}\">{Say("Page {0}", page.Number)} "))
            .Append($"<span>{Say("of {0}", _document.Pages.Count)}</span></h2>\n")
            .Append("<div class=\"raster\">\n")
            .Append(Text($"<img src=\"{raster}\" alt=\"{Say("Page {0}", page.Number)}\" loading=\"lazy\" decoding=\"async\">\n"));
        PageBoxes.Append(html, page, _placesOn[page.Number], _document.Fonts, Say("Blocks of page {0}", page.Number));
        html.Append("\n</div>\n<div class=\"read\">\n");
        if (!page.HasText)
            html.Append($"<p class=\"note\">{Say("This page has no text.")}</p>\n");
        else if (!_placesOn.Contains(page.Number))
            html.Append($"<p class=\"note\">{Say("Nothing was recognised on this page.")}</p>\n");
        foreach (NumberedBlock block in _placesOn[page.Number].Select(p => p.Block).Where(b => b.Block.Page != page.Number).Distinct())
            AppendContinuation(html, block);
        _text.Append(html, [.. _startingOn[page.Number]]);
        return html.Append("</div>\n</section>\n").ToString();
    }

    private void AppendContinuation(StringBuilder html, NumberedBlock block)
    {
        string id = Html.Encode(block.Block.Id);
        string page = _urlOfPage(block.Block.Page);
        string target = page.StartsWith('#') ? $"#{id}" : $"{Html.Encode(page)}#{id}";
        html.Append($"<p class=\"note block k-{NumberedBlock.ClassOf(block.Block.Kind)}\" data-block=\"{id}\">")
            .Append(Text($"<a class=\"number\" href=\"{target}\">{block.Number}</a> "))
            .Append($"{Say("goes on here from page {0}", block.Block.Page)}</p>\n");
    }

    private string WithLinks(string warning)
    {
        StringBuilder html = new();
        int at = 0;
        foreach (Match number in PageNumbers().Matches(warning))
        {
            if (!int.TryParse(number.ValueSpan, CultureInfo.InvariantCulture, out int page) || !_pages.Contains(page))
                continue;
            html.Append(Html.Encode(warning[at..number.Index])).Append(Text($"<a href=\"{Html.Encode(_urlOfPage(page))}\">{page}</a>"));
            at = number.Index + number.Length;
        }
        return html.Append(Html.Encode(warning[at..])).ToString();
    }

    /// <summary>Words for people, encoded; a number is written without separators.</summary>
    private string Say(string text, int? number = null) =>
        Html.Encode(string.Format(CultureInfo.InvariantCulture, _say(text), number));

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    // "page 3", "page 3 of 12" (the first number alone), "pages 3, 4 and 7".
    [GeneratedRegex(@"(?<=\bpages?\s(?:\d+(?:,\s|\sand\s|[-–]))*)\d+")]
    private static partial Regex PageNumbers();
}
