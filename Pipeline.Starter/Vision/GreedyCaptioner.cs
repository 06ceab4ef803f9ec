using Pipeline.Models.Layers;
using Pipeline.Models.Text;
using Pipeline.Models.Vision;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Starter.Vision;

/// <summary>Greedy captions of many figures side by side, for measuring.</summary>
internal sealed class GreedyCaptioner(Qwen2VlModel model, HubTokenizer tokenizer)
{
    private const int MostTokens = 64;

    /// <summary>One answer per sequence.</summary>
    public IReadOnlyList<string> Generate(IReadOnlyList<VisionTextSequence> sequences)
    {
        using IDisposable noGrad = no_grad();
        using DisposeScope scope = NewDisposeScope();
        int end = tokenizer.EosTokenId!.Value;
        using VisionTextBatch batch = VisionTextBatch.Create(sequences, model.Config, CPU);
        using KvCache cache = model.Text.CreateCache();
        List<int>[] answers = [.. sequences.Select(_ => new List<int>())];
        var finished = new bool[sequences.Count];

        Tensor hidden = model.ForwardHidden(batch, cache);
        Tensor mask = batch.AttentionMask ?? ones_like(batch.InputIds);
        for (int step = 0; step < MostTokens && finished.Contains(false); step++)
        {
            using Tensor best = model.Text.Logits(hidden.narrow(1, hidden.shape[1] - 1, 1)).argmax(-1);     // [batch, 1]
            long[] ids = best.data<long>().ToArray();
            for (int i = 0; i < ids.Length; i++)
            {
                finished[i] |= ids[i] == end;
                if (!finished[i]) answers[i].Add((int)ids[i]);
            }
            Tensor positions = tensor([.. batch.NextPositions.Select(next => next + step)]).view(1, -1, 1).expand(3, -1, 1);
            mask = cat([mask, ones(ids.Length, 1, ScalarType.Int64)], 1);
            hidden = model.Text.ForwardEmbeddings(model.Text.Embed(best), positions, mask, cache);
        }
        return [.. answers.Select(answer => tokenizer.Decode(answer))];
    }
}
