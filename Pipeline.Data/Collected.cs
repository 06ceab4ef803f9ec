namespace Pipeline.Data;

/// <summary>What <see cref="Housekeeping"/> removed.</summary>
/// <param name="Artifacts">Stored files that no row names.</param>
/// <param name="Bytes">Their size.</param>
/// <param name="Leftovers">Unfinished files and folders of processes that died.</param>
/// <param name="LogLines">Log lines past their retention.</param>
/// <param name="Rasters">Page rasters past their retention.</param>
/// <param name="Checkpoints">Stored checkpoints of ended runs past their retention.</param>
public sealed record Collected(int Artifacts, long Bytes, int Leftovers, long LogLines, int Rasters = 0, int Checkpoints = 0);
