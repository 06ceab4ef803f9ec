namespace Pipeline.Web;

/// <summary>Exit codes of the process, part of the command line's contract.</summary>
internal static class ExitCodes
{
    public const int Success = 0;

    /// <summary>The run, training or evaluation started and failed.</summary>
    public const int Failed = 1;

    /// <summary>Arguments, configuration or input files cannot be used.</summary>
    public const int BadUsage = 2;

    /// <summary>The machine lacks something: a native library, a server binary, a model folder.</summary>
    public const int MissingPrerequisite = 3;

    /// <summary>Stopped by Ctrl-C or SIGTERM, as shells report it (128 + SIGINT).</summary>
    public const int Canceled = 130;
}
