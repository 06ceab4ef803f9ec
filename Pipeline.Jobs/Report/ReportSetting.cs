namespace Pipeline.Jobs.Report;

/// <summary>A setting of the run.</summary>
/// <param name="Name">As in files and requests.</param>
/// <param name="Value">Its value.</param>
public sealed record ReportSetting(string Name, string Value);
