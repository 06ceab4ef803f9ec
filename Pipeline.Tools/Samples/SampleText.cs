using System.Reflection;

namespace Pipeline.Tools.Samples;

/// <summary>One element of a sample's source text.</summary>
/// <param name="Kind">First characters of its line: <c>#</c>, <c>##</c>, <c>###</c>, <c>@</c>, <c>&gt;</c>, <c>-</c>, <c>1.</c>,
/// <c>figure</c>, <c>table</c>, <c>columns</c>, or empty for a paragraph.</param>
/// <param name="Text">The rest of the line.</param>
/// <param name="Rows">Of a table: its cells, the header first.</param>
internal sealed record SampleElement(string Kind, string Text, List<string[]> Rows);

/// <summary>Reads the source texts of the samples, a small dialect of Markdown.</summary>
internal static class SampleText
{
    private const string Prefix = "Pipeline.Tools.Samples.Texts.";

    public static IReadOnlyList<string> Names() => typeof(SampleText).Assembly.GetManifestResourceNames()
        .Where(n => n.StartsWith(Prefix, StringComparison.Ordinal))
        .Select(n => n[Prefix.Length..^".md".Length]).Order(StringComparer.Ordinal).ToList();

    public static (string Characters, List<SampleElement> Elements) Load(string name)
    {
        using Stream stream = Assembly.GetExecutingAssembly().GetManifestResourceStream($"{Prefix}{name}.md")!;
        using StreamReader reader = new(stream);
        string source = reader.ReadToEnd();
        List<SampleElement> elements = new();
        foreach (string line in source.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            if (line.StartsWith('|'))
                elements[^1].Rows.Add(line.Trim('|').Split('|', StringSplitOptions.TrimEntries));
            else
                elements.Add(Parse(line));
        }
        return (source, elements);
    }

    private static SampleElement Parse(string line)
    {
        int space = line.IndexOf(' ');
        string first = space > 0 ? line[..space] : line, rest = space > 0 ? line[(space + 1)..] : "";
        return first switch
        {
            "#" or "##" or "###" or "@" or ">" or "-" => new SampleElement(first, rest, []),
            _ when first[0] == '!' => new SampleElement(first[1..], rest, []),
            _ when char.IsAsciiDigit(first[0]) && first[^1] == '.' => new SampleElement("1.", line, []),
            _ => new SampleElement("", line, []),
        };
    }
}
