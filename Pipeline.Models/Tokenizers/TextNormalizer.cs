using System.Text.Json;
using System.Text.RegularExpressions;

namespace Pipeline.Models.Tokenizers;

/// <summary>
/// What happens to the text between added tokens before it is cut into pieces: form C, replaced characters, a ▁ in front.
/// Reference: tokenizers, normalizers.
/// </summary>
internal sealed class TextNormalizer
{
    private readonly Func<string, string>[] _steps;

    private TextNormalizer(Func<string, string>[] steps) => _steps = steps;

    /// <summary>Whether text stays as it is.</summary>
    public bool IsIdentity => _steps.Length == 0;

    /// <summary>Reads the key <c>normalizer</c>.</summary>
    /// <exception cref="InputException">A step is not computed here.</exception>
    public static TextNormalizer Read(TokenizerJson file, JsonElement normalizer) => new([.. TokenizerJson
        .StepsOf(normalizer, "normalizer", "normalizers").Select(one => ReadStep(file, one.Step, one.Key))]);

    /// <summary>The normalized text; nothing is ever put before an empty one.</summary>
    public string Apply(string text)
    {
        foreach (Func<string, string> step in _steps) text = step(text);
        return text;
    }

    private static Func<string, string> ReadStep(TokenizerJson file, JsonElement step, string key)
    {
        switch (TokenizerJson.TypeOf(step))
        {
            case "NFC":
                return CanonicalComposition.ToFormC;
            case "Prepend":
                string front = step.GetProperty("prepend").GetString()!;
                return text => text.Length == 0 ? text : front + text;
            case "Replace":
                string content = step.GetProperty("content").GetString()!;
                (string pattern, bool isLiteral) = TokenizerJson.PatternOf(step, key);
                if (isLiteral) return text => text.Replace(pattern, content, StringComparison.Ordinal);
                Regex regex = file.Compile(pattern, $"{key}.pattern");
                return text => regex.Replace(text, _ => content);
            default:
                throw file.Unsupported($"{key}.type", TokenizerJson.TypeOf(step), "NFC, Prepend, Replace or none");
        }
    }
}
