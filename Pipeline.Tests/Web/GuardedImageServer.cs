namespace Pipeline.Tests.Web;

/// <summary>An <see cref="ImageServer"/> that wants a token.</summary>
public sealed class GuardedImageServer(PostgresServer postgres) : ImageServer(postgres)
{
    public const string Secret = "secret-token-of-this-test";

    protected override string Token => Secret;
}
