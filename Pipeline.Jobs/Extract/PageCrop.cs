using Pipeline.Jobs.Extract.Blocks;

namespace Pipeline.Jobs.Extract;

/// <summary>A part of a page that becomes a file of its own.</summary>
/// <param name="Page">From 1.</param>
/// <param name="Box">The part.</param>
/// <param name="Dpi">Highest resolution of the images in it; 0 without.</param>
/// <param name="Image">Path of the file inside the document's folder.</param>
internal sealed record PageCrop(int Page, Box Box, double Dpi, string Image);
