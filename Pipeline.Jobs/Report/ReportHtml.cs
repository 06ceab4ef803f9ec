using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using Pipeline.Jobs.Report.Sections;
using Pipeline.Models.Evaluation.Examination;

namespace Pipeline.Jobs.Report;

/// <summary>
/// The report as one HTML file that needs nothing else: no requests, no scripts, charts as SVG, light and dark, for screens, phones and
/// paper. Texts of documents and models are encoded, and its content security policy allows its own style sheet alone.
/// </summary>
public static class ReportHtml
{
    /// <summary>Name of the file.</summary>
    public const string File = "report.html";

    private static readonly string Style = Read("report.css");

    /// <summary>Writes the report.</summary>
    /// <param name="report">What it says.</param>
    /// <param name="stream">Receives UTF-8; stays open.</param>
    public static void Write(TeachingReport report, Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        using StreamWriter writer = new(stream, new UTF8Encoding(false), leaveOpen: true);
        writer.Write(Render(report));
    }

    /// <summary>The report as text.</summary>
    public static string Render(TeachingReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        ReportWriter w = new(TeachingReport.Languages.Contains(report.Language) ? report.Language : "en");
        ExaminationFigures? figures = report.Examination is { } held ? ExaminationFigures.Of(held) : null;
        string policy = "default-src 'none'; style-src "
            + $"'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(Style)))}'; base-uri 'none'; form-action 'none'";
        w.Raw($"<!DOCTYPE html>\n<html lang=\"{w.Language}\">\n<head>\n<meta charset=\"utf-8\">\n")
            .Raw($"<meta http-equiv=\"Content-Security-Policy\" content=\"{policy}\">\n")
            .Raw("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n")
            .Raw($"<title>{ReportWriter.E($"{report.Run} – {w.W("teaching report", "informe de enseñanza")}")}</title>\n")
            .Raw($"<style>{Style}</style>\n</head>\n<body>\n<main>\n");
        SummarySection.Write(w, report, figures);
        if (report.Examination is { } examination && figures is not null)
        {
            ExaminationSection.Write(w, report, figures);
            AnswersSection.Write(w, examination);
            RetentionSection.Write(w, examination);
        }
        DatasetSection.Write(w, report.Funnel, report.Samples);
        CostSection.Write(w, report);
        if (report.Examination is { } asked) MethodSection.Write(w, asked);
        return w.Raw("</main>\n</body>\n</html>\n").ToString();
    }

    private static string Read(string name)
    {
        using Stream stream = Assembly.GetExecutingAssembly().GetManifestResourceStream($"report/{name}")!;
        using StreamReader reader = new(stream);
        return reader.ReadToEnd();
    }
}
