using Pipeline.Data.Entities;

namespace Pipeline.Jobs.Orchestration;

/// <summary>Names of the queues. Stored with jobs, so a rename needs a migration.</summary>
public static class Queues
{
    /// <summary>Parsing and writing files; as many at once as there are processors.</summary>
    public const string Cpu = "cpu";
    /// <summary>Everything that computes with Torch; one at a time per device.</summary>
    public const string Gpu = "gpu";
    /// <summary>Trainings by an engine on another machine, which leave this machine's device to others.</summary>
    public const string Elsewhere = "elsewhere";
    /// <summary>Short work that starts other work.</summary>
    public const string Control = "control";

    /// <summary>Queue of a stage.</summary>
    public static string Of(Stage stage) => stage switch
    {
        Stage.Ingest => Control,
        Stage.Caption or Stage.Train or Stage.Evaluate => Gpu,
        _ => Cpu,
    };

    /// <summary>All queues that entries of a stage may be in.</summary>
    public static IReadOnlyList<string> AllOf(Stage stage) => stage == Stage.Train ? [Gpu, Elsewhere] : [Of(stage)];
}
