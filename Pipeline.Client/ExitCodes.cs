namespace Pipeline.Client;

/// <summary>Exit codes of the process.</summary>
internal static class ExitCodes
{
    public const int Success = 0;

    /// <summary>The server refused a question, or the model is not ready.</summary>
    public const int Failed = 1;

    /// <summary>Arguments or input files cannot be used.</summary>
    public const int BadUsage = 2;

    /// <summary>No server answers.</summary>
    public const int NoServer = 3;

    /// <summary>Stopped by Ctrl-C.</summary>
    public const int Canceled = 130;
}
