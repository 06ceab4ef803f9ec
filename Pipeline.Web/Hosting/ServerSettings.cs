namespace Pipeline.Web.Hosting;

/// <summary>What the command line decides about a server; everything else comes from configuration.</summary>
internal sealed record ServerSettings
{
    public ServerRole Role { get; init; } = ServerRole.All;

    /// <summary>TCP port; 0 takes a free one.</summary>
    public int Port { get; init; } = 5000;

    /// <summary><c>localhost</c>, an IP address, or <c>*</c> for every interface.</summary>
    public string Listen { get; init; } = "localhost";

    /// <summary>Folder of everything the product stores: embedded database, artifacts, uploads, settings.</summary>
    public required string DataFolder { get; init; }

    /// <summary>Settings that override files and environment.</summary>
    public IReadOnlyDictionary<string, string?> Overrides { get; init; } = new Dictionary<string, string?>();
}
