using System.Text.RegularExpressions;

namespace Pipeline.Jobs.Dataset.Chunks;

/// <summary>Recognises paragraphs that grant, forbid or claim something about the document itself.</summary>
internal static partial class LicenceText
{
    private const int Longest = 900;        // characters; longer paragraphs need more than one sign
    private const int Short = 300;

    /// <param name="text">A paragraph.</param>
    /// <param name="edge">Whether it stands on the first or last pages of its document, where imprints are.</param>
    /// <param name="few">Whether its document has no pages of its own for an imprint: what names a licence there is about it.</param>
    public static bool IsLicence(string text, bool edge, bool few = false)
    {
        if (text.Length > 20_000)
            return false;
        int strong = Strong().Count(text), disclaimers = Disclaimer().Count(text);
        if (disclaimers > 0 && (edge || disclaimers > 1 || strong > 0))
            return true;
        if (strong > 0 && (text.Length <= Longest || strong >= 2))
            return true;
        return edge && text.Length <= Longest && (Note().IsMatch(text) || (!few && Weak().IsMatch(text)))
            || (few || !edge) && text.Length <= Short && Self().IsMatch(text);
    }

    /// <summary>Signs that stand in the text of licences only.</summary>
    public static bool HasSign(string text) => Strong().IsMatch(text) || Disclaimer().IsMatch(text) || Weak().IsMatch(text)
        || Note().IsMatch(text);

    [GeneratedRegex(
        @"^(?:©|\(c\)|copyright\b|urheberrecht\b).{0,40}\b(?:19|20)\d\d|copyright (?:\(c\)|c ?©|©) ?(?:19|20)\d\d"
        + @"|all rights reserved|alle rechte vorbehalten|tous (?:les )?droits réservés|(?:todos|reservados) (?:los"
        + @"|todos los) derechos(?: reservados)?|todos os direitos reservados"
        + @"|tutti i diritti (?:sono )?riservati|alle rechten voorbehouden|wszelkie prawa zastrzeżone|все права защищены"
        + @"|permission is (?:hereby )?granted|permission (?:vous )?est (?:donnée|accordée)|il est permis de (?:copier|distribuer"
        + @"|reproduire)|vous (?:avez le droit|êtes autorisé).{0,30}(?:copier|distribuer|redistribuer)"
        + @"|es ist (?:hiermit )?(?:erlaubt|gestattet).{0,60}(?:kopie|kopier|verteil|verbreit|vervielfält)"
        + @"|se (?:concede|otorga|da) permiso|está permitid[oa] (?:la )?(?:copia|reproducción|distribución)|è (?:permesso"
        + @"|consentito|garantito il permesso).{0,40}(?:copi|distribu|riprodu)|si concede il permesso"
        + @"|é (?:concedida|dada) (?:a )?permissão|é permitida? (?:a )?(?:cópia|reprodução|distribuição)"
        + @"|\b(?:document|manual|book|dokument|handbuch|manuel|documento|libro|manuale|guida)\b.{0,40}\b(?:may be|darf|peut être|puede"
        + @"|pode ser|può essere)\b.{0,40}(?:re-?distribu|ridistribu|distribu|copi|weiterg|weiterverb|verbreit)"
        + @"|no invariant sections|creativecommons\.org/licenses|licensed under (?:a|the) creative commons|(?:is"
        + @"|are) (?:a )?(?:registered )?trademarks? of\b",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Strong();

    /// <summary>A disclaimer: alone it may also be what a text explains.</summary>
    [GeneratedRegex(
        @"without (?:even the implied )?warrant(?:y|ies)|(?:absolutely|with|is) no warranty|provided [""“”'‘’«]?as is"
            + @"|ohne (?:jegliche|irgendeine|jede|implizite)?.{0,20}(?:garantie|gewährleistung)\b.{0,80}"
        + @"(?:marktreife|markt|zweck|haft)|sans aucune garantie|sin (?:ninguna |ningún tipo de )?garantía.{0,60}(?:comercia"
        + @"|propósito|adecua)|senza (?:alcuna|nessuna) garanzia|sem (?:qualquer|nenhuma) garantia",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Disclaimer();

    [GeneratedRegex(
        @"(?:under|to) the (?:terms|conditions) of the|licensed under|free software foundation|gnu (?:general|free|lesser|affero)"
            + @"|(?:gpl|gfdl|lppl|cc[ -]by)\b|creative commons|\bISBN\b|\blicen[cs]e\b.{0,60}\b(?:version|terms)"
        + @"|unter den (?:bedingungen|bestimmungen) der|(?:gnu|freie|free).{0,30}lizenz|sous (?:les termes|la licence)|(?:selon"
        + @"|suivant) les termes|bajo (?:los términos|las condiciones|la licencia)"
        + @"|nei termini (?:della|di)|secondo i termini|sotto (?:la licenza|i termini)|sob (?:os termos|a licença|as condições)"
        + @"|diritti d.autore",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Weak();

    /// <summary>Who translated or printed the document, and which version it is.</summary>
    [GeneratedRegex(
        @"^(?:translat(?:ed by|ion by|ion:|ors?:)|übersetz(?:t von|ung(?: von)?:|er:)|deutsche übersetzung|traduc(?:ido por"
        + @"|ción:|tor(?:es)?:)|traducción (?:al|de)|tradu(?:it par|cteurs?|ction(?: française)?(?: :|:| par| de))"
        + @"|traduzid[oa] por|tradução(?::| de| por)|tradutor|tradotto da|traduzione(?::| di| a cura| italiana))"
        + @"|^(?:published|veröffentlicht|publié|publicado|pubblicato|printed in|imprimé|gedruckt|impreso|stampato|typeset|gesetzt"
        + @"|composé)\b.{0,120}$"
        + @"|^(?:this (?:document|manual|book|guide|edition)|dieses (?:dokument|handbuch)|ce (?:document|manuel)|este (?:documento"
        + @"|manual)|questo (?:documento|manuale)).{0,80}(?:version|distribut|verbreit|rédigé|licen)",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Note();

    /// <summary>Says how the document itself may be used, wherever it stands.</summary>
    [GeneratedRegex(
        @"^(?:this|dieses|diese|ce|cette|este|esta|questo|questa|these|the present) (?:document|manual|book|work|guide|program"
            + @"|software|file|documentation|dokument|handbuch|werk|programm|manuel|ouvrage|documento|obra"
        + @"|programa|libro|manuale|opera|package|paket|class|bundle)\b.{0,80}(?:licen[cs]|lizenz|redistribut|terms of"
        + @"|public domain|termes|términos|termini|termos)",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Self();
}
