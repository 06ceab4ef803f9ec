using Mediator;

namespace Pipeline.Jobs.Caption;

/// <summary>Asks the server's vision-language model about an image. Nothing is stored.</summary>
/// <param name="Image">The encoded file: JPG, PNG, BMP, TIFF, GIF or WebP.</param>
/// <param name="Prompt">What to ask.</param>
public sealed record AnalyzeImage(ReadOnlyMemory<byte> Image, string Prompt) : IRequest<string>;

internal sealed class AnalyzeImageHandler(IImageDescriber describer) : IRequestHandler<AnalyzeImage, string>
{
    public async ValueTask<string> Handle(AnalyzeImage request, CancellationToken cancellationToken) =>
        await describer.DescribeAsync(new ImageQuestion(request.Image, request.Prompt), cancellationToken);
}
