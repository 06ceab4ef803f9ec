using System.Globalization;
using System.Text;

namespace Pipeline.Jobs.Publish;

internal static class AdapterName
{
    /// <summary>A name that is a folder, a URL segment and a model name: lower-case letters, digits and single hyphens.</summary>
    public static string From(string runName)
    {
        StringBuilder name = new();
        foreach (char c in runName.Normalize(NormalizationForm.FormD))
        {
            if (CharUnicodeInfo.GetUnicodeCategory(c) == UnicodeCategory.NonSpacingMark) continue;
            if (char.IsAsciiLetterOrDigit(c)) name.Append(char.ToLowerInvariant(c));
            else if (name.Length > 0 && name[^1] != '-') name.Append('-');
            if (name.Length == 60) break;
        }
        string trimmed = name.ToString().Trim('-');
        return trimmed.Length == 0 ? "adapter" : trimmed;
    }
}
