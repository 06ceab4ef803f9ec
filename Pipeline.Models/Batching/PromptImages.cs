using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Pipeline.Models.Vision;

namespace Pipeline.Models.Batching;

/// <summary>The images of a prompt, and the identity that they give its blocks.</summary>
internal static class PromptImages
{
    /// <summary>Where the images are among the tokens.</summary>
    /// <exception cref="InputException">Images and image tokens do not match, or the model does not see images.</exception>
    public static (PlacedImage[] Images, MropePositions? Positions) Place(BatchRequest request, Qwen2VlModel? model)
    {
        if (request.Images.Count == 0)
            return ([], null);
        if (model is null)
            throw new InputException("the prompt has images, but the model does not see images");
        int merge = model.Config.Vision.SpatialMergeSize, token = model.Config.ImageTokenId;
        MropePositions positions = MropePositions.Of(request.Prompt, [.. request.Images.Select(i => i.Grid)], token, merge);
        PlacedImage[] placed = new PlacedImage[request.Images.Count];
        for (int image = 0, at = 0; image < placed.Length; at += placed[image++].Count)
        {
            while (request.Prompt[at] != token)
                at++;
            ImagePatches patches = request.Images[image];
            byte[] grid = new byte[8];
            BinaryPrimitives.WriteInt32LittleEndian(grid, patches.Grid.Height);
            BinaryPrimitives.WriteInt32LittleEndian(grid.AsSpan(4), patches.Grid.Width);
            placed[image] = new PlacedImage(at, patches.Grid.Tokens(merge), patches,
                PrefixHash.Of(MemoryMarshal.AsBytes<float>(patches.Values)).With(grid));
        }
        return (placed, positions);
    }

    /// <summary>What each full block of the tokens and all before it consist of.</summary>
    public static IReadOnlyList<PrefixHash> Hashes(BatchSequence sequence)
    {
        List<PrefixHash> hashes = [];
        PrefixHash hash = PrefixHash.Of($"{sequence.Adapter?.Name ?? "base"}, {(sequence.UsesLong ? "long" : "short")}");
        List<byte> content = [];
        for (int first = 0; first + KvBlocks.Tokens <= sequence.Tokens.Count; first += KvBlocks.Tokens)
        {
            content.Clear();
            content.AddRange(MemoryMarshal.AsBytes<int>(CollectionsMarshal.AsSpan(sequence.Tokens).Slice(first, KvBlocks.Tokens)));
            // Image tokens are all the same: which image, and which part of it, is said besides.
            foreach (PlacedImage image in sequence.Images)
            {
                if (image.First >= first + KvBlocks.Tokens || image.First + image.Count <= first)
                    continue;
                byte[] part = new byte[20];
                BinaryPrimitives.WriteUInt128LittleEndian(part, image.Content.Value);
                BinaryPrimitives.WriteInt32LittleEndian(part.AsSpan(16), first - image.First);
                content.AddRange(part);
            }
            hashes.Add(hash = hash.With(CollectionsMarshal.AsSpan(content)));
        }
        return hashes;
    }
}
