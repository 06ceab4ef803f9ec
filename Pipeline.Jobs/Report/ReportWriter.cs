using System.Globalization;
using System.Text;
using Pipeline.Jobs.Extract.View;
using Pipeline.Models.Evaluation.Statistics;

namespace Pipeline.Jobs.Report;

/// <summary>HTML of a report under construction: encodes, chooses the language, writes numbers.</summary>
internal sealed class ReportWriter(string language)
{
    private readonly StringBuilder _html = new();

    /// <summary>Language of the report.</summary>
    public string Language { get; } = language;

    /// <summary>Words in the language of the report.</summary>
    public string W(string english, string spanish) => Language == "es" ? spanish : english;

    /// <summary>Markup as it stands. Whatever comes from documents, models or users goes through <see cref="E"/>.</summary>
    public ReportWriter Raw(string html)
    {
        _html.Append(html);
        return this;
    }

    /// <summary>Encoded text.</summary>
    public static string E(string text) => Html.Encode(text);

    /// <summary>A text of a document or a model in an element that knows its language and finds its direction.</summary>
    public static string Foreign(string text, string textLanguage, string element = "div", string css = "text")
    {
        string lang = textLanguage.Length is 2 or 3 && textLanguage.All(char.IsAsciiLetterLower) && textLanguage != "und"
            ? $" lang=\"{textLanguage}\"" : " lang=\"\"";
        return $"<{element} class=\"{css}\" dir=\"auto\"{lang}>{E(text)}</{element}>";
    }

    /// <summary>Opens a section with a heading.</summary>
    public ReportWriter Section(string id, string heading) =>
        Raw($"<section id=\"{id}\" aria-labelledby=\"h-{id}\">\n<h2 id=\"h-{id}\">{E(heading)}</h2>\n");

    /// <summary>Closes it.</summary>
    public ReportWriter End() => Raw("</section>\n");

    /// <summary>A paragraph of own words.</summary>
    public ReportWriter P(string english, string spanish, string css = "") =>
        Raw($"<p{(css.Length > 0 ? $" class=\"{css}\"" : "")}>{E(W(english, spanish))}</p>\n");

    /// <summary>The head of a table; numbers stand on the right.</summary>
    /// <param name="css">Class of the table.</param>
    /// <param name="heads">Heads; those that begin with # are of numbers.</param>
    public ReportWriter TableHead(string css, params IEnumerable<string> heads)
    {
        Raw($"<div class=\"wide\"><table class=\"{css}\">\n<thead><tr>");
        foreach (string head in heads)
            Raw(head.StartsWith('#') ? $"<th scope=\"col\" class=\"n\">{E(head[1..])}</th>" : $"<th scope=\"col\">{E(head)}</th>");
        return Raw("</tr></thead>\n<tbody>\n");
    }

    /// <summary>Closes a table.</summary>
    public ReportWriter TableEnd() => Raw("</tbody></table></div>\n");

    /// <summary>A cell with a number.</summary>
    /// <param name="text">The number.</param>
    /// <param name="label">What it is, for narrow screens, where the heads of tables are not shown; empty where that is plain.</param>
    public static string N(string text, string label = "") =>
        $"<td class=\"n\"{(label.Length > 0 ? $" data-label=\"{E(label)}\"" : "")}>{E(text)}</td>";

    /// <summary>A whole number.</summary>
    public string Count(long number) => Local(number.ToString("#,0", CultureInfo.InvariantCulture));

    /// <summary>A number with decimals.</summary>
    public string Number(double number, int decimals) =>
        Local(number.ToString("0." + new string('0', decimals), CultureInfo.InvariantCulture)).Replace('-', '−');

    /// <summary>A share as a percentage without decimals, but for those that would become 0 or 100 and are not.</summary>
    public string Percent(double share)
    {
        double percent = share * 100;
        bool needsDecimal = (percent is > 0 and < 1) || (percent is > 99 and < 100);
        return $"{Number(percent, needsDecimal ? 1 : 0).TrimEnd('.', ',')} %";
    }

    /// <summary>A share with its count and interval.</summary>
    public string Share(Proportion share) => share.Total == 0 ? "–"
        : $"{Percent(share.Share)} ({Count(share.Count)}/{Count(share.Total)})";

    /// <summary>A share difference in points, with sign.</summary>
    public string Points(double difference) => (difference > 0 ? "+" : "") + Number(difference * 100, 1);

    /// <summary>Seconds for people.</summary>
    public string Duration(double seconds) => seconds < 60 ? $"{Number(seconds, 1)} s"
        : seconds < 3600 ? $"{(int)(seconds / 60)} min {(int)(seconds % 60)} s"
        : $"{(int)(seconds / 3600)} h {(int)(seconds % 3600 / 60)} min";

    /// <summary>File name and page of a text.</summary>
    public string Place(string document, int? page)
    {
        string name = document.Length == 0 ? "" : $"<bdi>{E(document)}</bdi>";
        string number = page is { } p ? E($"{W("page", "página")} {p}") : "";
        return name.Length > 0 && number.Length > 0 ? $"{name}, {number}" : name + number;
    }

    /// <inheritdoc/>
    public override string ToString() => _html.ToString();

    // English 1,234.5 and Spanish 1.234,5.
    private string Local(string number) => Language != "es" ? number
        : number.Replace(',', '\u0001').Replace('.', ',').Replace('\u0001', '.');
}
