namespace Pipeline.Web.Serving;

/// <summary>How far the vision-language model of the image API is.</summary>
internal enum VisionState
{
    /// <summary>Being loaded, or about to be.</summary>
    Loading,

    /// <summary>Answers.</summary>
    Ready,

    /// <summary>Cannot be loaded; asking again tries again.</summary>
    Failed,
}

/// <summary>State of the vision-language model.</summary>
/// <param name="State">How far it is.</param>
/// <param name="Device"><c>cpu</c> or <c>cuda</c>.</param>
/// <param name="Error">Why it failed, with the fix.</param>
internal sealed record VisionStatus(VisionState State, string Device, string? Error = null);
