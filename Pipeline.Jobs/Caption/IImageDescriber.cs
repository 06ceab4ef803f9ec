using Pipeline.Models;

namespace Pipeline.Jobs.Caption;

/// <summary>
/// A vision-language model that answers questions about images, loaded on first use and kept. One question runs at a
/// time per process; others wait their turn.
/// </summary>
public interface IImageDescriber
{
    /// <summary>Answers one question about one image.</summary>
    /// <param name="question">The image, the prompt and the model.</param>
    /// <param name="cancellationToken">Stops waiting and, between two tokens, answering.</param>
    /// <exception cref="Pipeline.Models.Vision.ImageInputException">The image cannot be used.</exception>
    /// <exception cref="InputException">The model folder is missing, damaged or not a vision model.</exception>
    Task<string> DescribeAsync(ImageQuestion question, CancellationToken cancellationToken);
}
