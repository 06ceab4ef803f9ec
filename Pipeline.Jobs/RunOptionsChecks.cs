using System.ComponentModel.DataAnnotations;

namespace Pipeline.Jobs;

/// <summary>Finds all faults of run options before a run is stored.</summary>
internal static class RunOptionsChecks
{
    public static IEnumerable<string> Problems(RunOptions options)
    {
        foreach (string problem in Of("", options)) yield return problem;
        foreach (string problem in Of("caption.", options.Caption)) yield return problem;
        foreach (string problem in Of("evaluation.", options.Evaluation)) yield return problem;
    }

    private static IEnumerable<string> Of(string prefix, object section)
    {
        List<ValidationResult> results = [];
        Validator.TryValidateObject(section, new ValidationContext(section), results, validateAllProperties: true);
        return results.Select(r => $"{prefix}{string.Join(", ", r.MemberNames)}: {r.ErrorMessage}");
    }
}
