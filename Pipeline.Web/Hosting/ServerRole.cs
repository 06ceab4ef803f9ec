namespace Pipeline.Web.Hosting;

/// <summary>What one process of the product does.</summary>
internal enum ServerRole
{
    /// <summary>Pages, APIs and jobs.</summary>
    All,

    /// <summary>Pages and APIs; jobs run elsewhere.</summary>
    Web,

    /// <summary>Jobs only; no HTTP.</summary>
    Worker,
}
