using System.ComponentModel.DataAnnotations;

namespace Pipeline.Web.Security;

/// <summary>How much one request may upload. Section <c>Uploads</c>.</summary>
internal sealed record UploadOptions
{
    /// <summary>Largest image of the image API and of chat messages, in bytes.</summary>
    [Range(1, int.MaxValue)]
    public int MaxImageBytes { get; init; } = 20 << 20;

    /// <summary>Largest body of an upload of documents, in bytes.</summary>
    [Range(1, long.MaxValue)]
    public long MaxIngestBytes { get; init; } = 1L << 30;

    /// <summary>Largest body of any other request, in bytes: base64 makes an image a third larger.</summary>
    public long MaxBodyBytes => MaxImageBytes * 2L + (1 << 20);
}
