namespace Pipeline.Client;

/// <summary>A user's argument or file cannot be used.</summary>
internal sealed class UsageException(string message) : Exception(message);

/// <summary>No server responds at the address.</summary>
internal sealed class NoServerException(string message, Exception inner) : Exception(message, inner);

/// <summary>The server refused; the message is the server's.</summary>
internal sealed class RefusedException(int status, string message) : Exception($"{message} (HTTP {status})")
{
    /// <summary>HTTP status code.</summary>
    public int Status { get; } = status;
}
