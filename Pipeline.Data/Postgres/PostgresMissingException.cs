namespace Pipeline.Data.Postgres;

/// <summary>
/// The Postgres server programs are not installed. The message names them and the command to install them; commands end with
/// exit code 3.
/// </summary>
public sealed class PostgresMissingException(string message) : Exception(message);
