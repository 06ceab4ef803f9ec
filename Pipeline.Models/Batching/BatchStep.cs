using Pipeline.Models.Runtime;
using Pipeline.Models.Vision;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Models.Batching;

/// <summary>
/// One step of all running requests: the next token of every answer, then a bounded part of the prompts, so that long prompts do
/// not hold up the answers.
/// </summary>
internal sealed class BatchStep(BatchModel model, BatchOptions options, IBatchPass pass, Action<BatchEntry, int> onBlockFull)
{
    private const double DecodedTokenCost = 4;  // in tokens of a prompt: each reads all weights, if for many requests together

    private readonly ImageMemory _images = new(options.ImageCacheBytes);

    /// <summary>Advances all entries; those that end have a result or a failure.</summary>
    public void Run(IReadOnlyList<BatchEntry> running)
    {
        Decode([.. running.Where(e => !e.IsPrompt)]);
        Prefill([.. running.Where(e => e.IsPrompt && e.Result is null)]);
    }

    private void Decode(BatchEntry[] entries)
    {
        if (entries.Length == 0)
            return;
        BatchEntry[] ordered = [.. entries.OrderBy(AdapterOf, StringComparer.Ordinal)];
        Matrix scores = pass.Run([.. ordered.Select(e => new PassPiece(e.Sequence, e.Sequence.Computed, 1, true))], isDecoding: true);
        foreach (BatchEntry entry in ordered)
        {
            entry.Sequence.Computed++;
            entry.Cost += DecodedTokenCost;
        }
        Choose(ordered, scores);
    }

    private void Prefill(BatchEntry[] entries)
    {
        if (entries.Length == 0)
            return;
        (BatchEntry Entry, int Count)[] parts = [.. Shares(entries).Where(p => p.Count > 0).OrderBy(p => AdapterOf(p.Entry),
            StringComparer.Ordinal)];
        parts = EmbedImages(parts);
        PassPiece[] pieces = [.. parts.Select(p => new PassPiece(p.Entry.Sequence, p.Entry.Sequence.Computed, p.Count,
            p.Entry.Sequence.Computed + p.Count == p.Entry.Sequence.Tokens.Count))];
        Matrix scores = pass.Run(pieces, isDecoding: false);
        foreach ((BatchEntry entry, int count) in parts)
        {
            int before = entry.Sequence.Computed;
            entry.Sequence.Computed += count;
            entry.Cost += count;
            for (int block = before / KvBlocks.Tokens; (block + 1) * KvBlocks.Tokens <= entry.Sequence.Computed; block++)
                onBlockFull(entry, block);
        }
        Choose([.. parts.Where((_, i) => pieces[i].WantsScores).Select(p => p.Entry)], scores);
    }

    // The same number of tokens to each prompt; what a short one leaves goes to the others.
    private IEnumerable<(BatchEntry Entry, int Count)> Shares(BatchEntry[] entries)
    {
        int left = options.PromptTokensPerStep, others = entries.Length;
        foreach (BatchEntry entry in entries.OrderBy(Missing))
        {
            int count = Math.Min(Missing(entry), (left + others - 1) / others);
            others--;
            left -= count;
            yield return (entry, count);
        }

        static int Missing(BatchEntry entry) => entry.Sequence.Tokens.Count - entry.Sequence.Computed;
    }

    // Images of all requests go through the vision tower together; prompts whose images find no room there wait for the next step.
    private (BatchEntry Entry, int Count)[] EmbedImages((BatchEntry Entry, int Count)[] parts)
    {
        Dictionary<PrefixHash, PlacedImage> unknown = [];
        List<(BatchEntry, int)> ready = [];
        int patches = 0;
        foreach ((BatchEntry entry, int count) in parts)
        {
            bool fits = true;
            int start = entry.Sequence.Computed;
            foreach (PlacedImage image in entry.Sequence.Images.Where(i => i.First < start + count && i.First + i.Count > start))
            {
                if (image.Embeddings is not null || (image.Embeddings = _images.Find(image.Content)) is not null
                    || unknown.ContainsKey(image.Content))
                    continue;
                if (patches > 0 && patches + image.Patches.Grid.Patches > options.PatchesPerStep)
                {
                    fits = false;
                    break;
                }
                patches += image.Patches.Grid.Patches;
                unknown.Add(image.Content, image);
            }
            if (fits)
                ready.Add((entry, count));
        }
        if (unknown.Count == 0)
            return [.. ready];
        Dictionary<PrefixHash, float[]> embeddings = Embed([.. unknown.Values]);
        foreach ((BatchEntry entry, int _) in ready)
        {
            foreach (PlacedImage image in entry.Sequence.Images)
                image.Embeddings ??= embeddings.GetValueOrDefault(image.Content);
        }
        return [.. ready];
    }

    private Dictionary<PrefixHash, float[]> Embed(PlacedImage[] images)
    {
        Qwen2VlModel vision = model.Vision!;
        float[] all = CollectionPause.Run(() =>
        {
            using IDisposable noGrad = no_grad();
            using DisposeScope scope = NewDisposeScope();
            Tensor pixels = cat([.. images.Select(i => tensor(i.Patches.Values).view(i.Patches.Grid.Patches, -1))])
                .to(model.Decoder.Device);
            return vision.EmbedImages(pixels, [.. images.Select(i => i.Patches.Grid)]).to(ScalarType.Float32, CPU).contiguous()
                .data<float>().ToArray();
        });
        int width = vision.Config.Text.HiddenSize, at = 0;
        Dictionary<PrefixHash, float[]> result = [];
        foreach (PlacedImage image in images)
        {
            float[] own = all[at..(at += image.Count * width)];
            result.Add(image.Content, own);
            _images.Keep(image.Content, own);
        }
        return result;
    }

    private void Choose(BatchEntry[] entries, Matrix scores)
    {
        int[] chosen = new int[entries.Length];
        KernelThreads.Run(entries.Length, row => chosen[row] = entries[row].Choose(ScoresOf(scores, row)));
        for (int i = 0; i < entries.Length; i++)
        {
            try
            {
                entries[i].Take(chosen[i]);
                entries[i].Lengthen(model.Decoder.Rotary.FirstLong);
            }
            catch (Exception e)     // of whoever receives the text: it concerns this request only
            {
                entries[i].Failure = e;
            }
        }
    }

    private static unsafe Span<float> ScoresOf(Matrix scores, long row) => new(scores.Row<Float32Element>(row), (int)scores.Width);

    private static string AdapterOf(BatchEntry entry) => entry.Sequence.Adapter?.Name ?? "";
}
