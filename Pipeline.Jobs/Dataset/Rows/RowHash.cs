using System.Text;
using System.Text.RegularExpressions;

namespace Pipeline.Jobs.Dataset.Rows;

/// <summary>Hashes that identify rows, facts and chunks. All are SHA-256 in lower-case hexadecimal, shortened to 32 digits.</summary>
public static partial class RowHash
{
    /// <summary>Hash over parts; no two different lists of parts give the same input.</summary>
    public static string Of(params IEnumerable<string> parts) => CacheKey.Of([.. parts])[..32];

    /// <summary>The row with the hash of its content.</summary>
    public static Row WithHash(Row row) => row with { Hash = OfContent(row) };

    /// <summary>Hash of what is taught: type, language, messages, text, rejected answer, image, tools.</summary>
    public static string OfContent(Row row) => Of([row.Type.ToString(), row.Language, row.Text ?? "", row.Rejected ?? "", row.Image ?? "",
        .. row.Messages.SelectMany(m => new[] { m.Role, m.Content }), .. row.Tools is null ? Array.Empty<string>() : ["tools", row.Tools]]);

    /// <summary>Id of a fact: what is asked, not what is answered.</summary>
    public static string OfFact(string scope, string subject, string? attribute) =>
        Of("fact", Normalised(scope), Normalised(subject), Normalised(attribute ?? ""));

    /// <summary>Hash of a question, whatever its case and punctuation: what an adapter was trained on is remembered by it.</summary>
    public static string OfQuestion(string question) => Of("question", Normalised(question));

    /// <summary>Letters and digits in lower case (compatibility forms folded), single blanks between words.</summary>
    public static string Normalised(string text) =>
        NoWord().Replace(text.Normalize(NormalizationForm.FormKC).ToLowerInvariant(), " ").Trim();

    [GeneratedRegex(@"[^\p{L}\p{M}\p{N}]+")]
    private static partial Regex NoWord();
}
