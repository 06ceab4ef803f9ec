using System.Text.RegularExpressions;

namespace Pipeline.Jobs.Dataset.Chunks;

/// <summary>What a heading says without its number, and whether it stands above text that is not to be taught.</summary>
internal static partial class HeadingText
{
    /// <summary>Longer headings are sentences, and none of the names below.</summary>
    private const int Longest = 120;

    /// <summary>"2.1 Cell format", "Kapitel 3: Zellen", "Anexo B. Células" without their numbers.</summary>
    /// <param name="heading">As printed.</param>
    /// <param name="numbered">Whether headings of its document are numbered: else a number at the start belongs to the words.</param>
    public static string WithoutNumber(string heading, bool numbered)
    {
        string text = Blanks().Replace(heading, " ").Trim();
        string rest = Label().Replace(text, "", 1);
        if (rest == text) rest = Number().Replace(text, "", 1);
        if (rest == text && numbered) rest = Bare().Replace(text, "", 1);
        return rest.Length > 0 ? rest : text;
    }

    /// <summary>Whether headings count chapters.</summary>
    public static bool AreNumbered(IEnumerable<string> headings)
    {
        int found = 0;
        foreach (string heading in headings)
            if (Number().IsMatch(heading) || Bare().IsMatch(heading)) found++;
        return found >= 3;
    }

    public static bool IsContents(string topic) => topic.Length <= Longest && Contents().IsMatch(topic);

    public static bool IsIndex(string topic) => topic.Length <= Longest && Index().IsMatch(topic);

    public static bool IsReferences(string topic) => topic.Length <= Longest && References().IsMatch(topic);

    /// <summary>The name of a well-known licence, whose text follows.</summary>
    public static bool IsLicenceText(string topic) => topic.Length <= Longest && LicenceName().IsMatch(topic);

    /// <summary>Copyright, imprint and the like.</summary>
    public static bool IsImprint(string topic) => topic.Length <= Longest && Imprint().IsMatch(topic);

    /// <summary>The letter above a part of an index.</summary>
    public static bool IsLetter(string topic) => topic.Trim() is { Length: 1 or 2 } || Letters().IsMatch(topic);

    [GeneratedRegex(@"\s+")]
    private static partial Regex Blanks();

    [GeneratedRegex(
        @"^(?:chapter|section|appendix|part|annex|kapitel|abschnitt|anhang|teil|chapitre|section|annexe|partie|appendice|capítulo"
            + @"|capitulo"
        + @"|sección|apéndice|apendice|anexo|parte|seção|secção|apêndice|capitolo|sezione|allegato|hoofdstuk|bijlage|rozdział"
        + @"|kapittel|kapitola"
        + @"|příloha|bilaga|bilag|capitolul|глава|раздел|приложение|часть|capítol|apèndix|bölüm)\s+"
        + @"(?:\d{1,3}(?:\.\d{1,3}){0,6}|[A-Z](?:\.\d{1,3}){0,6}|[IVXLC]{1,7})(?:\s*[.:)–—-]\s*|\s+|$)",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Label();

    [GeneratedRegex(@"^(?:\d{1,3}(?:\.\d{1,3}){1,6}\.?|\d{1,3}[.)]|[A-Z](?:\.\d{1,3}){1,6}\.?|[A-Z]\.|[IVX]{1,5}\."
        + @"|§+\s*\d{1,4}\w?\.?)\s+(?=\S)",
        RegexOptions.CultureInvariant)]
    private static partial Regex Number();

    [GeneratedRegex(@"^(?:\d{1,2}|[IVX]{2,5})\s+(?=\p{Lu}|\p{Lo}|[¿¡«„“""'‘‹<\\])", RegexOptions.CultureInvariant)]
    private static partial Regex Bare();

    [GeneratedRegex(
        @"^´?\s*(?:(?:table|list) of (?:contents|figures|tables|examples|listings|illustrations|symbols|abbreviations|exhibits|boxes)"
        + @"|(?:brief |short |detailed |full )?contents(?: at a glance| in brief)?|summary of contents|short contents|on this page"
        + @"|in this (?:chapter|issue|document)"
        + @"|(?:kurz)?inhalt(?:e|s(?:verzeichnis|übersicht|angabe))?|(?:abbildungs|tabellen|formel|abkürzungs|symbol|beispiel|code"
        + @"|quellcode|listing)verzeichnis"
        + @"|verzeichnis der (?:abbildungen|tabellen|beispiele|listings)|tabellenübersicht"
        + @"|sommaire|table des (?:matières|figures|illustrations|tableaux|exemples)|liste des (?:figures|tableaux|exemples"
        + @"|illustrations|tables)"
        + @"|índice(?: general| de (?:contenidos?|figuras|tablas|cuadros|ilustraciones|ejemplos|gráficos|materias|tabelas|quadros"
        + @"|exemplos|ilustrações))?"
        + @"|(?:tabla de )?contenidos?|lista de (?:figuras|tablas|cuadros|tabelas|quadros|ejemplos|exemplos|ilustrações"
        + @"|abreviaturas|siglas|símbolos)"
        + @"|sumári?o(?: geral)?|sumario|conteúdos?|índice geral"
        + @"|indice(?: generale| delle (?:figure|tabelle|illustrazioni)| degli esempi| dei contenuti)?|sommario"
        + @"|elenco delle (?:figure|tabelle|illustrazioni)"
        + @"|inhoud(?:sopgave)?|lijst van (?:figuren|tabellen)|spis (?:treści|rysunków|tabel|ilustracji)|obsah|seznam (?:obrázků"
        + @"|tabulek)|innehåll(?:sförteckning)?"
        + @"|indhold(?:sfortegnelse)?|innhold(?:sfortegnelse)?|sisällys(?:luettelo)?|tartalom(?:jegyzék)?|cuprins|içindekiler"
        + @"|daftar (?:isi|gambar|tabel)|mục lục"
        + @"|содержание|оглавление|зміст|съдържание|περιεχόμενα|índex|taula de continguts|sumari|目次|目录|目錄|目\s*次|차례|목차|فهرس"
        + @"|المحتويات|תוכן עניינים)[:.]?$",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Contents();

    [GeneratedRegex(
        @"\b(?:index|indexes|indices|indizes)$|^index\b|^´?\s*(?:stichwort|sach|namen|personen|schlagwort|befehls|autoren"
            + @"|orts)?(?:register|verzeichnis)$"
        + @"|^stichworte?$|^´?\s*[ií]ndice(?: (?:alfab[eé]tico|anal[ií]tico|onom[aá]stico|remissivo|tem[aá]tico|de (?:autores"
        + @"|materias|términos|nombres|comandos|termos|assuntos)"
        + @"|dei (?:nomi|comandi)|degli? .{1,20}|delle .{1,20}))?$|^rejstřík$|^skorowidz$|^indeks$|^sakregister$|^hakemisto$"
        + @"|^алфавитный указатель$|^предметный указатель$"
        + @"|^索引$|^찾아보기$|^glossary index$",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Index();

    [GeneratedRegex(
        @"^(?:references?|bibliograph(?:y|ie)|(?:annotated |selected )?bibliography|works cited|literature(?: cited| list| used)?"
            + @"|cited (?:works|literature)"
        + @"|further reading|literatur(?:verzeichnis|angaben|hinweise|liste|quellen)?|quellen(?:verzeichnis|angaben)?"
        + @"|weiterführende literatur|referenzen"
        + @"|références?(?: bibliographiques?)?|bibliographie(?: .{0,30})?|bibliografía|referencias?(?: bibliográficas?)?"
        + @"|obras citadas|fuentes"
        + @"|bibliografia(?: .{0,20})?|riferimenti(?: bibliografici)?|referências?(?: bibliográficas?)?|obras consultadas"
        + @"|literatuur(?:lijst)?|bronnen"
        + @"|literatura|piśmiennictwo|källor|kilder|litteratur|lähteet|irodalom|kaynakça|kaynaklar|daftar pustaka"
        + @"|tài liệu tham khảo|литература|список литературы"
        + @"|参考文献|參考文獻|참고 ?문헌)[:.]?$",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex References();

    [GeneratedRegex(
        @"\b(?:gnu|affero|gpl|lgpl|fdl|gfdl)\b.{0,60}(?:licen[cszţț]|lizenz|licentie|licència|лиценз|라이선스|许可|許可|허가|使用許諾)"
        + @"|(?:licen[cszţț]\w*|lizenz\w*|licència)\b.{0,40}\b(?:gnu|gpl|fdl|gfdl|mit|bsd|cc|creative commons|apache)\b"
        + @"|^(?:the )?(?:mit|bsd|apache|x11|openssl|ssleay|isc|artistic|mozilla public|eclipse public|python|lppl"
        + @"|latex project public|open publication|erlang public"
        + @"|common public|sil open font|creative commons|attribution).{0,40}\blicen[cs]es?\b.{0,60}$"
        + @"|^creative commons attribution|^fiduciary licen[cs]e|^(?:addendum|appendix)?:? ?how to (?:use this license"
        + @"|apply these terms)|^terms and conditions(?: for (?:copying|use).*)?$"
        + @"|^(?:no warranty|verbatim copying|copying in quantity|aggregation with independent works|applicability and definitions"
        + @"|combining documents|future revisions of this license)$",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex LicenceName();

    [GeneratedRegex(
        @"^(?:copyrights?(?: (?:notices?|information|statement|and licen[cs]es?|release.{0,60}))?|(?:notice of )?copyright.{0,3}"
            + @"|licen[cs]es?(?: (?:information|agreement|terms|notice))?|licensing"
        + @"|legal(?:ese| notices?| information| disclaimer)?|disclaimer(?: of warranty)?|terms of use"
        + @"|trademarks?(?: acknowledge?ments?| notices?)?|colophon|imprint|permissions?"
        + @"|impressum|urheberrecht(?:shinweise?|e)?|lizenz(?:en|hinweise?|bedingungen|vereinbarung|text)?|rechtliche(?:s"
        + @"| hinweise?)|haftungsausschluss|warenzeichen|marken(?:hinweise)?"
        + @"|mentions légales|avis (?:juridique|légal)|droits? d['’]auteur|licences?|marques (?:déposées|commerciales)|colophon"
        + @"|avertissement légal|copyright et licence"
        + @"|aviso legal|derechos de autor|licencias?|marcas (?:registradas|comerciales)|nota legal|colofón|página legal"
        + @"|avisos? legais|direitos autorais|direitos de autor|licenças?|marcas registadas|ficha técnica"
        + @"|note legali|diritti d['’]autore|licenza|licenze|marchi(?: registrati)?|colophon"
        + @"|not[ae] (?:alla|sulla|della) traduzione.{0,20}|note du traducteur|nota del traductor|nota do tradutor"
        + @"|anmerkungen? des übersetzers|translator['’]?s['’]? notes?"
        + @"|colaboradores|collaborateurs|mitwirkende|historial de revisiones|revision history|änderungsübersicht"
        + @"|historique des (?:versions|révisions)|cronologia (?:delle )?revisioni"
        + @"|histórico de revisões|versionsgeschichte)[:.]?$",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Imprint();

    [GeneratedRegex(@"^(?:[A-Z](?: ?[–,-] ?[A-Z])?|symbole?s?|sonderzeichen|numbers"
        + @"|\W{1,3})$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Letters();
}
