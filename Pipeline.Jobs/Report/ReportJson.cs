using System.Text.Json;
using System.Text.Json.Nodes;
using Pipeline.Jobs.Dataset.Rows;
using Pipeline.Models.Evaluation.Examination;

namespace Pipeline.Jobs.Report;

/// <summary><c>report.json</c>: the record of the report in snake case, the examination with its figures.</summary>
public static class ReportJson
{
    /// <summary>Name of the file.</summary>
    public const string File = "report.json";

    private static readonly JsonSerializerOptions Options = new(RowJson.Options) { WriteIndented = true };

    /// <summary>Its content.</summary>
    public static string Write(TeachingReport report)
    {
        JsonObject json = JsonSerializer.SerializeToNode(report, Options)!.AsObject();
        if (report.Examination is { } examination) json["examination"] = ExaminationJson.ToNode(examination);
        return json.ToJsonString(Options) + "\n";
    }
}
