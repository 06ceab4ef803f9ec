namespace Pipeline.Models.Vision;

/// <summary>
/// Where each token of a prompt is in time, height and width. Text advances all three together; an image keeps its
/// time and spreads over height and width; what follows continues from the largest. Reference: transformers
/// <c>Qwen2VLModel.get_rope_index</c>.
/// </summary>
/// <param name="Values">[3, length], row by row: times, heights, widths.</param>
/// <param name="Length">Tokens.</param>
/// <param name="Next">Position of the next token, on all three axes.</param>
public sealed record MropePositions(long[] Values, int Length, long Next)
{
    /// <summary>Next position minus token count; negative when there are images.</summary>
    public long Delta => Next - Length;

    /// <summary>Computes the positions of one prompt.</summary>
    /// <param name="ids">Token ids, each image already expanded to its tokens.</param>
    /// <param name="grids">The images in the order of the prompt.</param>
    /// <param name="imageToken">The id of an image token.</param>
    /// <param name="mergeSize">Patches per side that become one token.</param>
    /// <exception cref="InputException">The image tokens do not match the images.</exception>
    public static MropePositions Of(IReadOnlyList<int> ids, IReadOnlyList<PatchGrid> grids, int imageToken, int mergeSize)
    {
        ArgumentNullException.ThrowIfNull(ids);
        ArgumentNullException.ThrowIfNull(grids);
        int expected = grids.Sum(g => g.Tokens(mergeSize)), found = ids.Count(id => id == imageToken);
        if (expected != found)
            throw new InputException(
                $"the prompt has {found} image tokens, the {grids.Count} images need {expected}; expand one placeholder per image.");

        int length = ids.Count;
        long[] values = new long[3 * length];
        long next = 0;
        for (int i = 0, image = 0; i < length;)
        {
            if (ids[i] != imageToken)
            {
                values[i] = values[length + i] = values[2 * length + i] = next++;
                i++;
                continue;
            }
            (int height, int width) = (grids[image].Height / mergeSize, grids[image].Width / mergeSize);
            image++;
            for (int row = 0; row < height; row++)
                for (int column = 0; column < width; column++, i++)
                {
                    if (i >= length || ids[i] != imageToken)
                        throw new InputException(
                            $"image {image} needs {height * width} image tokens in a row; another token is among them at index {i}.");
                    values[i] = next;
                    values[length + i] = next + row;
                    values[2 * length + i] = next + column;
                }
            next += Math.Max(height, width);
        }
        return new MropePositions(values, length, next);
    }
}
