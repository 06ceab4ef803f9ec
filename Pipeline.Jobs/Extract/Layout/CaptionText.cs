using System.Text.RegularExpressions;

namespace Pipeline.Jobs.Extract.Layout;

/// <summary>Recognises the start of printed captions.</summary>
internal static partial class CaptionText
{
    /// <summary>"Figure 3: …", "Fig. 2. …", "Table IV — …".</summary>
    public static bool IsCaption(string text) => Start().IsMatch(text);

    /// <summary>A caption of a table rather than of a picture.</summary>
    public static bool IsTableCaption(string text) =>
        TableStart().IsMatch(text) && IsCaption(text);

    /// <summary>The arabic number in the caption of a picture, or null.</summary>
    public static int? Number(string caption)
    {
        Match match = Start().Match(caption);
        return match.Success && int.TryParse(match.Groups["number"].Value, out int number) && number is > 0 and < 10000 ? number : null;
    }

    private const string TableLabels =
        @"table|tab\.|tabla|cuadro|tabelle|tableau|tabela|tabella|tabel|tabell|taulukko|tabulka|táblázat|tablo|таблица|табл\.|таблиця"
        + "|πίνακας|bảng|جدول|טבלה|表|표";

    private const string PictureLabels =
        @"figure|fig\.?|chart|diagram|plate|scheme|photo|map|exhibit|figura|gráfico|imagen|ilustración|abbildung|abb\.|bild|grafik"
        + @"|graphique|illustration|gráfica|quadro|foto|grafico|afbeelding|afb\.|figuur|figur|kuva|kuvio|rysunek|rys\.|obrázek|obr\."
        + @"|ábra|slika|şekil|рисунок|рис\.|мал\.|εικόνα|σχήμα|hình|شكل|איור|図|图|圖|그림";

    [GeneratedRegex(@"^(" + TableLabels + ")", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex TableStart();

    [GeneratedRegex(
        @"^(photo(graph)?|foto(graf[ií]a)?|bild|image|imagen|fotografie)\s*:\s|^(" + TableLabels + "|" + PictureLabels
        + @")\s*(?<number>\d{1,4}([.\-]\d+)*[a-z]?|[ivxlc]{1,6})"
        + @"\s*([:.|–—：．。]|-\s|\s(?=\p{Lo})|$)",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Start();
}
