namespace Pipeline.Data.Postgres;

/// <summary>The database was migrated by a newer version of this program.</summary>
public sealed class SchemaTooNewException(string message) : Exception(message);
