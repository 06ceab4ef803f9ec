namespace Pipeline.Jobs.Dataset.Filter;

/// <summary>Check digits of cards, accounts and national numbers.</summary>
internal static class CheckDigits
{
    /// <summary>A payment card: a known issuer with its length, and Luhn's sum.</summary>
    public static bool IsCard(string text)
    {
        string digits = Digits(text);
        int six = digits.Length >= 13 ? int.Parse(digits.AsSpan(0, 6)) : 0;
        bool issuer = (six / 100_000, digits.Length) switch
        {
            (4, 13 or 16 or 19) => true,
            (5, 16) => six / 10_000 is >= 51 and <= 55,
            (2, 16) => six is >= 222_100 and <= 272_099,
            (3, 15) => six / 10_000 is 34 or 37,
            (3, 14) => six / 10_000 is 36 or 38 or 39 || six / 1000 is >= 300 and <= 305,
            (3, 16) => six / 100 is >= 3528 and <= 3589,
            (6, >= 16 and <= 19) => six / 100 == 6011 || six / 10_000 is 62 or 65 || six / 1000 is >= 644 and <= 649,
            _ => false,
        };
        if (!issuer)
            return false;
        int sum = 0;
        for (int i = 0; i < digits.Length; i++)
        {
            int digit = digits[^(i + 1)] - '0';
            sum += i % 2 == 0 ? digit : digit * 2 > 9 ? digit * 2 - 9 : digit * 2;
        }
        return sum % 10 == 0;
    }

    /// <summary>ISO 13616: the account moved before its country gives 1 modulo 97.</summary>
    public static bool IsIban(string text)
    {
        string iban = text.Replace(" ", "", StringComparison.Ordinal);
        if (iban.Length is < 15 or > 34)
            return false;
        int rest = 0;
        foreach (char c in iban[4..] + iban[..4])
            rest = char.IsAsciiDigit(c) ? (rest * 10 + c - '0') % 97 : (rest * 100 + c - 'A' + 10) % 97;
        return rest == 1;
    }

    /// <summary>Spanish DNI or NIE: its letter is the number modulo 23.</summary>
    public static bool IsSpanishId(string text)
    {
        string id = text.Replace("-", "", StringComparison.Ordinal);
        string number = id[0] switch { 'X' => "0" + id[1..^1], 'Y' => "1" + id[1..^1], 'Z' => "2" + id[1..^1], _ => id[..^1] };
        return "TRWAGMYFPDXBNJZSQVHLCKE"[int.Parse(number) % 23] == id[^1];
    }

    /// <summary>German tax number of a person: one digit occurs twice or three times, and ISO 7064 mod 11, 10.</summary>
    public static bool IsGermanTaxId(string text)
    {
        string digits = Digits(text);
        if (digits.Length != 11 || digits[..10].GroupBy(c => c).Count(g => g.Count() > 1) != 1
            || digits[..10].GroupBy(c => c).Max(g => g.Count()) > 3)
            return false;
        int product = 10;
        foreach (char c in digits[..10])
        {
            int sum = (c - '0' + product) % 10;
            product = (sum == 0 ? 10 : sum) * 2 % 11;
        }
        return (11 - product) % 10 == digits[10] - '0';
    }

    /// <summary>French social security number: its key is 97 less the number modulo 97; Corsica counts as 19 and 18.</summary>
    public static bool IsInsee(string text)
    {
        string id = text.Replace(" ", "", StringComparison.Ordinal).Replace("2A", "19", StringComparison.Ordinal)
            .Replace("2B", "18", StringComparison.Ordinal);
        return id.Length == 15 && long.TryParse(id[..13], out long number) && 97 - number % 97 == int.Parse(id[13..]);
    }

    /// <summary>Italian codice fiscale: its last letter over odd and even places.</summary>
    public static bool IsFiscalCode(string text)
    {
        int[] odd = [1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23];
        int sum = 0;
        for (int i = 0; i < 15; i++)
        {
            int place = char.IsAsciiDigit(text[i]) ? text[i] - '0' : text[i] - 'A';
            sum += i % 2 == 0 ? odd[place] : place;
        }
        return text[15] == 'A' + sum % 26;
    }

    /// <summary>Brazilian CPF: two check digits modulo 11.</summary>
    public static bool IsCpf(string text)
    {
        string digits = Digits(text);
        if (digits.Length != 11 || digits.Distinct().Count() == 1)
            return false;
        for (int length = 9; length <= 10; length++)
        {
            int sum = 0;
            for (int i = 0; i < length; i++)
                sum += (digits[i] - '0') * (length + 1 - i);
            if (sum * 10 % 11 % 10 != digits[length] - '0')
                return false;
        }
        return true;
    }

    private static string Digits(string text) => string.Concat(text.Where(char.IsAsciiDigit));
}
