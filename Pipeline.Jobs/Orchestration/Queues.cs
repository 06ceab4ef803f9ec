namespace Pipeline.Jobs.Orchestration;

/// <summary>Names of the queues. Stored with jobs, so a rename needs a migration.</summary>
public static class Queues
{
    /// <summary>Parsing and writing files; as many at once as there are processors.</summary>
    public const string Cpu = "cpu";
    /// <summary>Everything that computes with Torch; one at a time per device.</summary>
    public const string Gpu = "gpu";
    /// <summary>Work that another machine does while this one watches, leaving this machine's device to others.</summary>
    public const string Remote = "elsewhere";
    /// <summary>Short work that starts other work.</summary>
    public const string Control = "control";
}
