using System.IO.Compression;

namespace Pipeline.Tools.Starter.Corpus;

/// <summary>
/// General technical English that Debian packages ship as HTML under <c>/usr/share/doc</c>, all of it free to use and
/// redistribute (GPL, CC BY-SA, Apache, PSF, PostgreSQL, public domain).
/// </summary>
internal static class DebianDocs
{
    private const string Root = "/usr/share/doc";

    private static readonly Source[] Sources =
    [
        new("debian-handbook", "debian-handbook/html/en-US"),
        new("postgresql-doc-15", "postgresql-doc-15/html"),
        new("linux-doc-6.1", "linux-doc-6.1/html"),
        new("apache2-doc", "apache2-doc/manual/en"),
        new("python3.11-doc", "python3.11-doc/html"),
        new("git-doc", "git-doc"),
        new("sqlite3-doc", "sqlite3"),
        new("debian-reference-en", "debian-reference-en"),
        new("debian-policy", "debian-policy"),
        new("developers-reference", "developers-reference"),
        new("exim4-doc-html", "exim4-doc-html"),
        new("debian-faq", "debian/FAQ"),
        new("aptitude-doc-en", "aptitude/html/en"),
    ];

    /// <summary>Packages whose documentation is not installed.</summary>
    public static IReadOnlyList<string> MissingPackages =>
        [.. Sources.Where(source => !Directory.Exists(Path.Combine(Root, source.Folder))).Select(source => source.Package)];

    /// <summary>Every page of the installed packages, in a fixed order.</summary>
    public static IEnumerable<ProsePage> Pages()
    {
        HashSet<string> seen = new(StringComparer.Ordinal);
        foreach (Source source in Sources)
        {
            string folder = Path.Combine(Root, source.Folder);
            if (!Directory.Exists(folder)) continue;
            foreach (string path in Directory.EnumerateFiles(folder, "*.html*", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
            {
                // Files that repeat a whole book, and indexes without sentences.
                if (new FileInfo(path).Length > 3_000_000 || IsOtherLanguage(path)) continue;
                List<ProseSection> sections = [];
                foreach (ProseSection section in HtmlProse.Read(ReadText(path)))
                {
                    List<string> fresh = [.. section.Paragraphs.Where(seen.Add)];
                    if (fresh.Count > 0) sections.Add(section with { Paragraphs = fresh });
                }
                if (sections.Count > 0) yield return new ProsePage($"{source.Package}:{Path.GetRelativePath(folder, path)}", sections);
            }
        }
    }

    private static bool IsOtherLanguage(string path) =>
        Path.GetFileName(path).Split('.') is { Length: > 2 } parts
        && parts.Any(part => part is "de" or "fr" or "es" or "ja" or "it" or "ru" or "zh-cn" or "pt" or "pl" or "tr" or "ko");

    private static string ReadText(string path)
    {
        if (!path.EndsWith(".gz", StringComparison.Ordinal)) return File.ReadAllText(path);
        using StreamReader reader = new(new GZipStream(File.OpenRead(path), CompressionMode.Decompress));
        return reader.ReadToEnd();
    }

    private sealed record Source(string Package, string Folder);
}
