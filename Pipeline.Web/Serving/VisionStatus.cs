namespace Pipeline.Web.Serving;

/// <summary>Loading state of the vision-language model of the image API.</summary>
internal enum VisionState
{
    /// <summary>Being loaded, or about to be.</summary>
    Loading,

    /// <summary>Ready to answer.</summary>
    Ready,

    /// <summary>Could not be loaded; the next request tries again.</summary>
    Failed,
}

/// <summary>State of the vision-language model.</summary>
/// <param name="State">Loading state.</param>
/// <param name="Device"><c>cpu</c> or <c>cuda</c>.</param>
/// <param name="Error">Why it failed, with the fix.</param>
internal sealed record VisionStatus(VisionState State, string Device, string? Error = null);
