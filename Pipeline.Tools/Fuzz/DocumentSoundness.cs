using System.Text.RegularExpressions;
using Pipeline.Jobs.Extract;
using Pipeline.Jobs.Extract.Blocks;

namespace Pipeline.Tools.Fuzz;

/// <summary>What is true of every extraction, whatever the PDF.</summary>
internal static partial class DocumentSoundness
{
    private const int LongestMessage = 500;

    /// <returns>What is wrong; null when nothing is.</returns>
    public static string? Fault(ExtractionResult result)
    {
        ExtractedDocument document = result.Document;
        string markdown = File.ReadAllText(result.MarkdownPath);
        if (markdown.Any(c => char.IsControl(c) && c != '\n'))
            return $"Markdown has the control character U+{(int)markdown.First(c => char.IsControl(c) && c != '\n'):X4}";
        if (markdown.Contains('\ufffd', StringComparison.Ordinal))
            return "Markdown has U+FFFD";
        if (markdown != MarkdownWriter.Write(document))
            return "Markdown differs from that of the JSON";
        if (document.Pages.Count == 0)
            return "no pages";
        if (document.Warnings.FirstOrDefault(w => w.Contains("a fault of this program", StringComparison.Ordinal)) is { } lost)
            return lost;
        if (document.Warnings.FirstOrDefault(w => w.Length > LongestMessage || StackTrace().IsMatch(w)) is { } warning)
            return $"unclear warning: {warning}";
        return document.Pages.Select(p => Fault(p, result.Folder)).FirstOrDefault(f => f is not null)
            ?? document.Blocks.Select(b => Fault(b, document)).FirstOrDefault(f => f is not null)
            ?? document.Figures.Select(f => Fault(f, document, result.Folder)).FirstOrDefault(f => f is not null)
            ?? document.Tables.Select(Fault).FirstOrDefault(f => f is not null)
            ?? document.Formulas.Select(f => Fault(f, document, result.Folder)).FirstOrDefault(f => f is not null)
            ?? (document.Blocks.DistinctBy(b => b.Id).Count() < document.Blocks.Count ? "two blocks have one id" : null);
    }

    /// <returns>Why the message helps nobody; null when it does.</returns>
    public static string? Fault(string message, string file) =>
        !message.StartsWith(file + ": ", StringComparison.Ordinal) ? "the file is not named"
        : message.Contains('\n', StringComparison.Ordinal) || StackTrace().IsMatch(message) ? "has a stack trace or a type's name"
        : message.Length > LongestMessage ? "too long"
        : !message.Contains("; ", StringComparison.Ordinal) ? "says no fix"
        : null;

    private static string? Fault(DocumentPage page, string folder)
    {
        if (!(page.Width > 0 && page.Height > 0 && double.IsFinite(page.Width) && double.IsFinite(page.Height)))
            return $"a page of {page.Width} x {page.Height} points";
        return IsPng(Path.Combine(folder, page.Image)) ? null : "a page without an image";
    }

    private static string? Fault(DocumentBlock block, ExtractedDocument document)
    {
        if (BoxFault(block.Box, block.Page, document) is { } fault)
            return $"{block.Kind}: {fault}";
        if (block.Continued?.Select(c => BoxFault(c.Box, c.Page, document)).FirstOrDefault(f => f is not null) is { } part)
            return $"part of a {block.Kind}: {part}";
        if (block.Font is { } font && (font < 0 || font >= document.Fonts.Count))
            return "a block names a font that is not there";
        return block.Kind is BlockKind.Paragraph or BlockKind.Heading && string.IsNullOrWhiteSpace(block.Text)
            ? $"{block.Kind} without text" : null;
    }

    private static string? Fault(DocumentFigure figure, ExtractedDocument document, string folder) =>
        BoxFault(figure.Box, figure.Page, document) is { } fault ? $"figure: {fault}"
        : !IsPng(Path.Combine(folder, figure.Image)) ? "a figure without an image"
        : figure.PixelWidth <= 0 || figure.PixelHeight <= 0 ? "a figure without pixels" : null;

    private static string? Fault(DocumentFormula formula, ExtractedDocument document, string folder) =>
        BoxFault(formula.Box, formula.Page, document) is { } fault ? $"formula: {fault}"
        : !IsPng(Path.Combine(folder, formula.Image)) ? "a formula without an image"
        : formula.Tex is { Length: 0 } ? "a formula without TeX that says it has some" : null;

    private static string? Fault(DocumentTable table)
    {
        if (table.Rows.Count == 0 || table.Rows.Any(r => r.Count != table.Rows[0].Count || r.Count == 0))
            return "a table whose rows differ in length, or without any";
        return table.Spans.Any(s => s.Row < 0 || s.Column < 0 || s.Row + s.Rows > table.Rows.Count
            || s.Column + s.Columns > table.Rows[0].Count) ? "a cell that reaches out of its table" : null;
    }

    private static string? BoxFault(Box box, int number, ExtractedDocument document)
    {
        if (document.Pages.FirstOrDefault(p => p.Number == number) is not { } page)
            return "on a page that is not there";
        if (!(double.IsFinite(box.X0) && double.IsFinite(box.Y0) && double.IsFinite(box.X1) && double.IsFinite(box.Y1)))
            return "a box that is not finite";
        if (box.X1 < box.X0 || box.Y1 < box.Y0)
            return "a box that is turned inside out";
        return box.X1 < -2 || box.Y1 < -2 || box.X0 > page.Width + 2 || box.Y0 > page.Height + 2 ? "a box beside its page" : null;
    }

    private static bool IsPng(string file)
    {
        if (!File.Exists(file))
            return false;
        using FileStream stream = File.OpenRead(file);
        byte[] start = new byte[4];
        return stream.ReadAtLeast(start, 4, throwOnEndOfStream: false) == 4 && start is [0x89, (byte)'P', (byte)'N', (byte)'G'];
    }

    [GeneratedRegex(@"\n|\s{2}at |System\.|Pipeline\.|UglyToad|\w+Exception:", RegexOptions.CultureInvariant)]
    private static partial Regex StackTrace();
}
