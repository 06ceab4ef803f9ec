using System.Text.Json;
using Pipeline.Models.Layers;
using Pipeline.Models.Vision;
using Pipeline.Models.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Tests.Models.Vision;

public sealed class Qwen2VlGoldenTests
{
    private static readonly string Folder = Path.Combine(GoldenFiles.Root, "qwen2vl-tiny");

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Logits_equal_the_reference(int @case)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGrad = no_grad();
        using SafetensorsCheckpoint stored = SafetensorsCheckpoint.OpenFile(Path.Combine(Folder, "expected.safetensors"));
        using Qwen2VlModel model = Qwen2VlModel.Load(Folder, ScalarType.Float32, CPU);
        using VisionTextBatch batch = VisionTextBatch.Create([Sequence(stored, @case)], model.Config, CPU);

        Tensor logits = model.Forward(batch, arange(batch.Length - 6, batch.Length));

        (logits - stored.Map($"last6_logits.{@case}")).abs().max().ToDouble().ShouldBeLessThan(2e-4);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Cached_greedy_continuation_equals_the_reference(int @case)
    {
        using IDisposable noGrad = no_grad();
        using SafetensorsCheckpoint stored = SafetensorsCheckpoint.OpenFile(Path.Combine(Folder, "expected.safetensors"));
        using Qwen2VlModel model = Qwen2VlModel.Load(Folder, ScalarType.Float32, CPU);
        using VisionTextBatch batch = VisionTextBatch.Create([Sequence(stored, @case)], model.Config, CPU);
        using KvCache cache = model.Text.CreateCache();
        using JsonDocument json = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Folder, "expected.json")));
        int[] expected = [.. json.RootElement.GetProperty("cases")[@case].GetProperty("greedy_new_tokens").EnumerateArray()
            .Select(t => t.GetInt32())];

        List<int> tokens = new();
        long position = batch.NextPositions[0];
        using (NewDisposeScope())
            tokens.Add(Best(model, model.ForwardHidden(batch, cache)));
        while (tokens.Count < expected.Length)
        {
            using DisposeScope step = NewDisposeScope();
            Tensor positions = full([3, 1, 1], position++, dtype: ScalarType.Int64);
            tokens.Add(Best(model, model.Text.ForwardEmbeddings(model.Text.Embed(tensor((long[])[tokens[^1]]).view(1, 1)), positions, null,
                cache)));
        }

        tokens.ShouldBe(expected);
    }

    [Fact]
    public void Sequences_of_different_length_give_the_same_logits_side_by_side()
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGrad = no_grad();
        using SafetensorsCheckpoint stored = SafetensorsCheckpoint.OpenFile(Path.Combine(Folder, "expected.safetensors"));
        using Qwen2VlModel model = Qwen2VlModel.Load(Folder, ScalarType.Float32, CPU);
        using VisionTextBatch batch = VisionTextBatch.Create([.. Enumerable.Range(0, 4).Select(c => Sequence(stored, c))], model.Config,
            CPU);

        Tensor last = model.Text.Logits(model.ForwardHidden(batch).select(1, batch.Length - 1));

        for (int c = 0; c < 4; c++)
            (last[c] - stored.Map($"last6_logits.{c}")[5]).abs().max().ToDouble().ShouldBeLessThan(2e-4, $"case {c}");
    }

    [Fact]
    public void Weight_names_are_the_hubs_before_and_after_a_change_of_mode()
    {
        using SafetensorsCheckpoint weights = SafetensorsCheckpoint.Open(Folder);
        using Qwen2VlModel model = Qwen2VlModel.Load(Folder, ScalarType.Float32, CPU);

        model.named_parameters().Select(p => p.name).ShouldBe(weights.Names, ignoreOrder: true);
        model.train();
        model.eval();
        model.named_parameters().Select(p => p.name).ShouldBe(weights.Names, ignoreOrder: true);
    }

    private static int Best(Qwen2VlModel model, Tensor hidden) =>
        (int)model.Text.Logits(hidden.select(1, hidden.shape[1] - 1)).argmax(-1).item<long>();

    private static VisionTextSequence Sequence(SafetensorsCheckpoint stored, int @case)
    {
        using JsonDocument json = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Folder, "expected.json")));
        ImagePatches[] images = [.. json.RootElement.GetProperty("cases")[@case].GetProperty("images").EnumerateArray().Select(name =>
        {
            JsonElement grid = json.RootElement.GetProperty("images").GetProperty(name.GetString()!).GetProperty("grid_thw");
            return new ImagePatches(stored.Map($"pixel_values.{name.GetString()}").data<float>().ToArray(),
                new PatchGrid(grid[1].GetInt32(), grid[2].GetInt32()));
        })];
        return new VisionTextSequence([.. stored.Map($"input_ids.{@case}").data<long>().ToArray().Select(id => (int)id)], images);
    }
}
