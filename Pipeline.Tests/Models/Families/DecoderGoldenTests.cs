using System.Text.Json;
using Pipeline.Models.Families;
using Pipeline.Models.Layers;
using Pipeline.Models.Text;
using Pipeline.Models.Weights;
using static TorchSharp.torch;

namespace Pipeline.Tests.Models.Families;

/// <summary>Decoders against outputs of transformers in float32; tolerances as the fixtures' README states them.</summary>
public sealed class DecoderGoldenTests
{
    private const double LogitTolerance = 2e-4;      // absolute: order of additions in float32
    private const double LossTolerance = 1e-5;       // relative

    public static TheoryData<string> TextModels => [.. GoldenFiles.TextModels];

    [Fact]
    public void Every_family_has_a_fixture() =>
        ModelFamilies.All.Where(family => !family.HasVision).Select(family => family.ModelType).Except(GoldenFiles.TextModels
            .Select(folder => DecoderConfig.Load(Path.Combine(GoldenFiles.Root, folder)).Family.ModelType)).ShouldBeEmpty();

    [Fact]
    public void Every_family_names_a_chat_template_that_there_is() =>
        ModelFamilies.All.ShouldAllBe(family => ChatTemplate.Get(family.DefaultTemplate).Name == family.DefaultTemplate);

    [Theory, MemberData(nameof(TextModels))]
    public void Logits_and_loss_equal_the_reference(string folder)
    {
        using TorchSharp.DisposeScope scope = NewDisposeScope();
        using DecoderModel model = Load(folder);
        using SafetensorsReader expected = SafetensorsReader.Open(Path.Combine(GoldenFiles.Root, folder, "expected.safetensors"));
        JsonElement[] cases = [.. Expected(folder).GetProperty("cases").EnumerateArray()];
        cases.ShouldNotBeEmpty();
        for (int i = 0; i < cases.Length; i++)
        {
            Tensor ids = expected.Map($"input_ids.{i}");
            Tensor wanted = expected.Map($"logits.{i}");
            Tensor logits = Logits(model, ids)[0];

            Tensor last = logits.narrow(0, logits.shape[0] - wanted.shape[0], wanted.shape[0]);
            Furthest(last, wanted).ShouldBeLessThan(LogitTolerance, $"{folder}, length {ids.shape[1]}");
            double loss = nn.functional.cross_entropy(logits.narrow(0, 0, ids.shape[1] - 1), ids[0].narrow(0, 1, ids.shape[1] - 1))
                .item<float>();
            double reference = cases[i].GetProperty("loss").GetDouble();
            (Math.Abs(loss - reference) / reference).ShouldBeLessThan(LossTolerance, $"{folder}, loss at length {ids.shape[1]}");
        }
    }

    [Theory, MemberData(nameof(TextModels))]
    public void Left_padded_batch_equals_the_reference(string folder)
    {
        using TorchSharp.DisposeScope scope = NewDisposeScope();
        using DecoderModel model = Load(folder);
        using SafetensorsReader expected = SafetensorsReader.Open(Path.Combine(GoldenFiles.Root, folder, "expected.safetensors"));

        Tensor logits = Logits(model, expected.Map("batch.input_ids"), expected.Map("batch.attention_mask"));

        Furthest(logits.select(1, logits.shape[1] - 1), expected.Map("batch.last_logits")).ShouldBeLessThan(LogitTolerance);
    }

    [Theory, MemberData(nameof(TextModels))]
    public void Greedy_continuation_equals_the_reference_with_and_without_cache(string folder)
    {
        using DecoderModel model = Load(folder);
        JsonElement greedy = Expected(folder).GetProperty("greedy");
        long[] prompt = Longs(greedy.GetProperty("prompt"));
        long[] wanted = Longs(greedy.GetProperty("new_tokens"));

        Greedy(model, prompt, wanted.Length, cached: true).ShouldBe(wanted);
        Greedy(model, prompt, wanted.Length, cached: false).ShouldBe(wanted);
    }

    [Theory, MemberData(nameof(TextModels))]
    public void Cached_decoding_equals_a_full_pass_across_the_longrope_boundary_and_beyond_any_window(string folder)
    {
        using TorchSharp.DisposeScope scope = NewDisposeScope();
        using DecoderModel model = Load(folder);
        const int start = 61, steps = 8;
        Tensor ids = randint(0, model.Config.VocabSize, [1, start + steps], ScalarType.Int64);
        using KvCache cache = model.CreateCache();
        using IDisposable noGrad = no_grad();
        model.Forward(ids.narrow(1, 0, start), cache: cache).Dispose();
        for (int i = start; i < start + steps; i++)
        {
            Tensor step = model.Logits(model.Forward(ids.narrow(1, i, 1), cache: cache));
            Tensor full = model.Logits(model.Forward(ids.narrow(1, 0, i + 1)));
            Furthest(step[0, 0], full[0, i]).ShouldBeLessThan(1e-5, $"{folder}, token {i}");
        }
        cache.Length.ShouldBe(start + steps);
    }

    private static DecoderModel Load(string folder)
    {
        string path = Path.Combine(GoldenFiles.Root, folder);
        DecoderModel model = new(DecoderConfig.Load(path), ScalarType.Float32, CPU);
        using SafetensorsCheckpoint checkpoint = SafetensorsCheckpoint.Open(path);
        model.LoadWeights(checkpoint);
        return model;
    }

    private static Tensor Logits(DecoderModel model, Tensor ids, Tensor? mask = null)
    {
        using IDisposable noGrad = no_grad();
        return model.Logits(model.Forward(ids, attentionMask: mask));
    }

    private static long[] Greedy(DecoderModel model, long[] prompt, int count, bool cached)
    {
        using IDisposable noGrad = no_grad();
        using KvCache cache = model.CreateCache();
        List<long> tokens = new(prompt);
        int fed = 0;
        for (int i = 0; i < count; i++)
        {
            using TorchSharp.DisposeScope scope = NewDisposeScope();
            Tensor ids = tensor(tokens.Skip(fed).ToArray()).unsqueeze(0);
            Tensor hidden = model.Forward(ids, cache: cached ? cache : null);
            fed = cached ? tokens.Count : 0;
            tokens.Add(model.Logits(hidden.narrow(1, hidden.shape[1] - 1, 1)).argmax(-1).item<long>());
        }
        return [.. tokens.Skip(prompt.Length)];
    }

    private static double Furthest(Tensor a, Tensor b)
    {
        a.shape.ShouldBe(b.shape);
        return (a - b).abs().max().item<float>();
    }

    private static JsonElement Expected(string folder) => Json(Path.Combine(GoldenFiles.Root, folder, "expected.json"));

    private static JsonElement Json(string file)
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(file));
        return document.RootElement.Clone();
    }

    private static long[] Longs(JsonElement list) => [.. list.EnumerateArray().Select(v => v.GetInt64())];
}
