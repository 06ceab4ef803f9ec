using System.Text.Json;
using System.Text.RegularExpressions;
using Pipeline.Jobs.Extract;
using Pipeline.Jobs.Extract.Blocks;

namespace Pipeline.Tests.Jobs.Extract;

/// <summary>
/// A small PDF with one trait, and what a right result must hold: <c>NAME.pdf</c> and <c>NAME.json</c>. Text is compared with white space
/// folded; a document without text passes nothing.
/// </summary>
internal sealed class ExtractionCase(ExtractedDocument document)
{
    private readonly DocumentBlock[] _blocks =
        [.. document.Blocks.Where(b => !b.Kind.IsFurniture() && b.Kind is not (BlockKind.Figure or BlockKind.Formula))];

    /// <summary>The checks of a case that do not hold.</summary>
    public IEnumerable<string> Failures(JsonElement checks) =>
        checks.EnumerateArray().Where(check => _blocks.Length == 0 || !Holds(check)).Select(check => check.GetRawText());

    private bool Holds(JsonElement check) => Text(check, "kind") switch
    {
        "present" => Wanted(check, "text").Any(text => Texts().Any(t => t.Contains(text, StringComparison.Ordinal))),
        "paragraph" => Wanted(check, "text").Any(text =>
            _blocks.Any(b => b.Kind == BlockKind.Paragraph && Folded(b.Text).Contains(text, StringComparison.Ordinal))),
        "absent" => !Wanted(check, "text").Any(text => Whole().Contains(text, StringComparison.Ordinal)),
        "count" => Wanted(check, "text").Sum(text => Regex.Count(Whole(), Regex.Escape(text))) == check.GetProperty("times").GetInt32(),
        "order" => Whole().IndexOf(Folded(Text(check, "before")), StringComparison.Ordinal) is var before and >= 0
            && before < Whole().IndexOf(Folded(Text(check, "after")), StringComparison.Ordinal),
        "line" => IsLine(check),
        "heading" => IsHeading(check),
        "list" => Wanted(check, "item").Any(text => _blocks.Any(b =>
            b.Kind == BlockKind.ListItem && (Folded(b.Text) == text || Folded($"{b.Marker} {b.Text}") == text)
            && b.Level == check.GetProperty("depth").GetInt32())),
        "code" => HasCode(check),
        "link" => Wanted(check, "text").Any(text => _blocks.Any(b => (b.Spans ?? []).Any(s => s.Target == Text(check, "target")
            && Folded(b.Text.Substring(s.Start, s.Length)) == text))),
        "raw" => Wanted(check, "text").Any(text => Folded(MarkdownWriter.Write(document)).Contains(text.Trim(), StringComparison.Ordinal)),
        "cell" => Wanted(check, "value").Any(value => document.Tables.Any(table => HasCell(table, check, value))),
        "tables" => document.Tables.Count == check.GetProperty("count").GetInt32(),
        "figures" => document.Figures.Count == check.GetProperty("count").GetInt32(),
        "warning" => document.Warnings.Any(w => Regex.IsMatch(w, $@"\bpage {check.GetProperty("page").GetInt32()}\b")),
        "caption" => document.Figures.ElementAtOrDefault(check.GetProperty("figure").GetInt32() - 1) is { Caption: { } caption }
            && Wanted(check, "starts").Any(start => Folded(caption).StartsWith(start, StringComparison.Ordinal)),
        string kind => throw new InvalidOperationException($"no check is called '{kind}'"),
    };

    private bool IsLine(JsonElement check)
    {
        string tail = check.TryGetProperty("ends", out JsonElement ends) ? @"[\s.·…_|:–—-]*" + Regex.Escape(ends.GetString()!) : "";
        return Wanted(check, "text").Any(text => _blocks.Any(b =>
            Regex.IsMatch(Folded((b.Marker is { } marker && char.IsLetterOrDigit(marker[0]) ? marker + " " : "") + b.Text),
                $"^{Regex.Escape(text)}{tail}$")));
    }

    private bool IsHeading(JsonElement check)
    {
        int own = Wanted(check, "text").Max(LevelOf);
        return check.TryGetProperty("deeper_than", out JsonElement higher) ? LevelOf(Folded(higher.GetString()!)) is > 0 and var level
            && own > level
            : check.TryGetProperty("same_as", out JsonElement same) ? own > 0 && own == LevelOf(Folded(same.GetString()!))
            : own > 0;
    }

    private int LevelOf(string text) =>
        _blocks.FirstOrDefault(b => b.Kind == BlockKind.Heading && Folded(b.Text) == text)?.Level ?? 0;

    private bool HasCode(JsonElement check)
    {
        string[] lines = [.. check.GetProperty("lines").EnumerateArray().Select(line => line.GetString()!)];
        return _blocks.Where(b => b.Kind == BlockKind.Code).Any(block =>
        {
            string[] body = [.. block.Text.Split('\n').Where(line => line.Trim().Length > 0)];
            return Enumerable.Range(0, Math.Max(0, body.Length - lines.Length + 1)).Any(at =>
                Dedented(body[at..(at + lines.Length)]).SequenceEqual(Dedented(lines)));
        });
    }

    private static string[] Dedented(string[] lines)
    {
        int indent = lines.Min(line => line.Length - line.TrimStart().Length);
        return [.. lines.Select(line => Regex.Replace(line[indent..].TrimEnd(), @"(?<=\S)\s+", " "))];
    }

    private static bool HasCell(DocumentTable table, JsonElement check, string value)
    {
        string row = Folded(Text(check, "row")), head = Folded(Text(check, "column"));
        string[][] cells = [.. table.Rows.Select(r => r.Select(Folded).ToArray())];
        foreach (CellSpan span in table.Spans)
            for (int r = span.Row; r < span.Row + span.Rows; r++)
                for (int c = span.Column; c < span.Column + span.Columns; c++)
                    cells[r][c] = cells[span.Row][span.Column];
        return Enumerable.Range(1, cells.Length - 1).Any(r => cells[r].Contains(row) && Enumerable.Range(0, cells[r].Length).Any(c =>
            cells[r][c] == value && (cells[..r].Any(above => above[c] == head)
                || Regex.IsMatch(cells[0][c], $@"(?<!\w){Regex.Escape(head)}(?!\w)"))));
    }

    private IEnumerable<string> Texts() => _blocks.Select(b => Folded(b.Text))
        .Concat(document.Tables.Select(t => Folded(string.Join(' ', t.Rows.SelectMany(r => r)))));

    private string Whole() =>
        Folded(string.Join(' ',
        _blocks.Select(b => document.Tables.FirstOrDefault(t => b.Kind == BlockKind.Table && t.Id == b.Table) is { } t
        ? string.Join(' ', t.Rows.SelectMany(r => r))
        : b.Text)));

    private static IEnumerable<string> Wanted(JsonElement check, string field) => check.TryGetProperty("any_of", out JsonElement any)
        ? any.EnumerateArray().Select(text => Folded(text.GetString()!))
        : [Folded(Text(check, field))];

    private static string Text(JsonElement check, string field) => check.GetProperty(field).GetString()!;

    private static string Folded(string text) => Regex.Replace(text, @"\s+", " ").Trim();
}
