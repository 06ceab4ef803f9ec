using Pipeline.Jobs;

namespace Pipeline.Web.Runs;

/// <summary>The request to <see cref="LocalRun"/>.</summary>
/// <param name="Folder">Folder of documents.</param>
/// <param name="Options">All settings of the run.</param>
/// <param name="DataFolder">Folder of state and artifacts.</param>
/// <param name="Json">Whether the last line is one JSON object.</param>
/// <param name="ConfigFile">File that the options come from, for messages; null for none.</param>
internal sealed record LocalRunOrder(string Folder, RunOptions Options, string DataFolder, bool Json, string? ConfigFile = null);
