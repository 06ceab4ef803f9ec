using System.Text;

namespace Pipeline.Jobs.Served;

internal static class AdapterName
{
    // By hand: with invariant globalization the runtime does not decompose accented letters.
    private const string Accented = "áàâäãåéèêëíìîïóòôöõøúùûüñçý";
    private const string Plain = "aaaaaaeeeeiiiioooooouuuuncy";

    /// <summary>A name usable as folder, URL segment and model name: lower-case letters, digits and single hyphens.</summary>
    public static string From(string runName)
    {
        StringBuilder name = new();
        foreach (char c in runName.ToLowerInvariant())
        {
            int accented = Accented.IndexOf(c, StringComparison.Ordinal);
            char plain = accented < 0 ? c : Plain[accented];
            if (char.IsAsciiLetterOrDigit(plain)) name.Append(plain);
            else if (name.Length > 0 && name[^1] != '-') name.Append('-');
            if (name.Length == 60) break;
        }
        string trimmed = name.ToString().Trim('-');
        return trimmed.Length == 0 ? "adapter" : trimmed;
    }
}
