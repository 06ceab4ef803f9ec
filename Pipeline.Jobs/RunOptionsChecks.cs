using System.ComponentModel.DataAnnotations;
using System.Text.Json;

namespace Pipeline.Jobs;

/// <summary>Finds all faults of run options before a run is stored.</summary>
internal static class RunOptionsChecks
{
    public static IEnumerable<string> Problems(RunOptions options)
    {
        foreach (string problem in Of("", options)) yield return problem;
        foreach (string problem in Of("extraction.", options.Extraction)) yield return problem;
        foreach (string problem in Of("dataset.", options.Dataset)) yield return problem;
        foreach (string problem in Of("caption.", options.Caption)) yield return problem;
        foreach (string problem in Of("train.", options.Train)) yield return problem;
        foreach (string problem in Of("evaluation.", options.Evaluation)) yield return problem;
        foreach (string problem in Of("publish.", options.Publish)) yield return problem;
    }

    private static IEnumerable<string> Of(string prefix, object section)
    {
        List<ValidationResult> results = [];
        Validator.TryValidateObject(section, new ValidationContext(section), results, validateAllProperties: true);
        return results.Select(r => $"{prefix}{string.Join(", ", r.MemberNames.Select(JsonNamingPolicy.SnakeCaseLower.ConvertName))}: {r.ErrorMessage}");
    }
}
