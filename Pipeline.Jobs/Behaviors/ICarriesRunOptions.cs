namespace Pipeline.Jobs.Behaviors;

/// <summary>
/// A request with the settings of runs. They are checked completely, with model folders, training keys and engine, before any work is
/// done.
/// </summary>
public interface ICarriesRunOptions
{
    /// <summary>All settings of the run, or of future runs.</summary>
    RunOptions Options { get; }
}
