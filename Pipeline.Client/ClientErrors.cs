namespace Pipeline.Client;

/// <summary>An argument or a file of the user's cannot be used.</summary>
internal sealed class UsageException(string message) : Exception(message);

/// <summary>Nobody answers at the address.</summary>
internal sealed class NoServerException(string message, Exception inner) : Exception(message, inner);

/// <summary>The server answered that it will not do it; the message is the server's.</summary>
internal sealed class RefusedException(int status, string message) : Exception($"{message} (HTTP {status})")
{
    /// <summary>HTTP status code.</summary>
    public int Status { get; } = status;
}
