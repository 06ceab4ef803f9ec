using System.Text.RegularExpressions;

namespace Pipeline.Jobs.Dataset.Filter;

/// <summary>
/// Replaces e-mail addresses, telephone, card, account and national numbers by their kind. Numbers with check digits must satisfy them;
/// telephone numbers must be written as such, so versions, hashes, prices and dates stay.
/// </summary>
public static partial class PersonalData
{
    private const string Email = "[EMAIL]", Phone = "[PHONE]", Card = "[CARD]", Iban = "[IBAN]", National = "[NATIONAL_ID]";

    /// <summary>The text with its personal data masked.</summary>
    /// <param name="text">Any text.</param>
    /// <param name="counts">How many of each mask were put in; added to.</param>
    public static string Mask(string text, IDictionary<string, int> counts)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(counts);
        string Put(Match match, string mask, bool valid)
        {
            if (!valid)
                return match.Value;
            counts[mask] = counts.TryGetValue(mask, out int count) ? count + 1 : 1;
            return mask;
        }

        if (text.Contains('@'))
            text = Emails().Replace(text, m => Put(m, Email, true));
        if (!text.AsSpan().ContainsAnyInRange('0', '9'))
            return text;
        text = Ibans().Replace(text, m => Put(m, Iban, CheckDigits.IsIban(m.Value)));
        text = Cards().Replace(text, m => Put(m, Card, CheckDigits.IsCard(m.Value)));
        text = FiscalCodes().Replace(text, m => Put(m, National, CheckDigits.IsFiscalCode(m.Value)));
        text = Insee().Replace(text, m => Put(m, National, CheckDigits.IsInsee(m.Value)));
        text = Cpfs().Replace(text, m => Put(m, National, CheckDigits.IsCpf(m.Value)));
        text = GermanTax().Replace(text, m => Put(m, National, CheckDigits.IsGermanTaxId(m.Value)));
        text = SpanishIds().Replace(text, m => Put(m, National, CheckDigits.IsSpanishId(m.Value)));
        text = SocialSecurity().Replace(text, m => Put(m, National, true));
        text = International().Replace(text, m => Put(m, Phone, m.Value.Count(char.IsAsciiDigit) is >= 8 and <= 15));
        text = American().Replace(text, m => Put(m, Phone, true));
        return Named().Replace(text, m =>
        {
            string number = m.Groups["number"].Value;
            return number.Count(char.IsAsciiDigit) is >= 6 and <= 15 ? m.Value[..^number.Length] + Put(m, Phone, true) : m.Value;
        });
    }

    /// <summary>Whether a text is nothing but a mask.</summary>
    public static bool IsMask(string text) => text.Trim().TrimEnd('.') is Email or Phone or Card or Iban or National;

    [GeneratedRegex(@"(?<![\w.+-])[\p{L}\d](?:[\p{L}\d._%+-]{0,62}[\p{L}\d_%+-])?@"
        + @"[\p{L}\d](?:[\p{L}\d-]{0,62}\.){1,4}\p{L}{2,24}(?![\w-])")]
    private static partial Regex Emails();

    [GeneratedRegex(@"(?<![\w])[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?(?![\w])")]
    private static partial Regex Ibans();

    [GeneratedRegex(@"(?<![\w.,+/=-])(?:[2-6]\d{12,18}|[2-6]\d{3}(?:[ -]\d{4}){3}|3[478]\d{2}[ -]\d{6}[ -]\d{5}|3[068]\d{2}"
        + @"[ -]\d{6}[ -]\d{4})(?![\w/=-])(?![.,]\d)")]
    private static partial Regex Cards();

    [GeneratedRegex(@"(?<!\w)[A-Z]{6}\d{2}[A-EHLMPRST]\d{2}[A-Z]\d{3}[A-Z](?!\w)")]
    private static partial Regex FiscalCodes();

    [GeneratedRegex(@"(?<![\w.,+/=-])[12] ?\d{2} ?(?:0[1-9]|1[0-2]|[2-9]\d) ?(?:\d{2}|2[AB]) ?\d{3} ?\d{3} ?\d{2}(?![\w/=-])(?![.,]\d)")]
    private static partial Regex Insee();

    [GeneratedRegex(@"(?<![\w.,+/=-])(?:\d{3}\.\d{3}\.\d{3}-\d{2}|\d{11})(?![\w/=-])(?![.,]\d)")]
    private static partial Regex Cpfs();

    [GeneratedRegex(@"(?<![\w.,+/=-])[1-9]\d(?:\d{9}| \d{3} \d{3} \d{3})(?![\w/=-])(?![.,]\d)")]
    private static partial Regex GermanTax();

    [GeneratedRegex(@"(?<![\w.,+/=-])(?:\d{8}|[XYZ]-?\d{7})-?[A-Z](?![\w/=-])")]
    private static partial Regex SpanishIds();

    [GeneratedRegex(@"(?<![\w.,+/=-])(?!000|666|9)\d{3}-(?!00)\d{2}-(?!0000)\d{4}(?![\w/=-])(?![.,]\d)")]
    private static partial Regex SocialSecurity();

    [GeneratedRegex(@"(?<![\w.,+/=-])(?<!\d )(?:\+|00(?=[1-9]\d{0,2}[ ./-]))[1-9]\d{0,3}(?>"
        + @"(?:[ ./-]?\(?\d{1,5}\)?){1,8})(?![\w])(?![.,]\d)")]
    private static partial Regex International();

    [GeneratedRegex(@"(?<![\w.,+/=-])(?:1[ -])?(?:\(\d{3}\) ?|\d{3}-)\d{3}-\d{4}(?![\w/=-])(?![.,]\d)")]
    private static partial Regex American();

    [GeneratedRegex(@"(?<!\w)(?:tel(?:[eé]fono|efon|efone|ephone)?|t[eé]l[eé]phone|t[eé]l|phone|fon|fax|mobile?|m[oó]vil|handy|celular"
        + @"|cellulare|whatsapp)"
        + @"(?: ?(?:no|nr|number|nummer|n[uú]mero|num[eé]ro|numero))?\.?(?::| is| ist| es| est| é| è)? ?"
        + @"(?<number>\(?\d{2,6}\)?(?>(?:[ ./-]{0,3}\(?\d{1,6}\)?){1,6}))(?![\w])",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Named();
}
