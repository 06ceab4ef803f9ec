using System.Text.Json;
using Pipeline.Models;
using Pipeline.Models.Families;
using Pipeline.Models.Vision;
using Pipeline.Models.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Tests.Models.Vision;

public sealed class VisionTowerGoldenTests
{
    private const string Prefix = "visual.";
    private static readonly string Folder = Path.Combine(GoldenFiles.Root, "qwen2vl-tiny");

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void Image_embeddings_equal_the_reference(int @case)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGrad = no_grad();
        using SafetensorsCheckpoint stored = SafetensorsCheckpoint.OpenFile(Path.Combine(Folder, "expected.safetensors"));
        using VisionTower tower = Load();
        (Tensor pixels, PatchGrid[] grids) = Images(stored, @case);

        Tensor embeddings = tower.Forward(pixels, grids);

        Distance(embeddings, stored.Map($"image_embeds.{@case}")).ShouldBeLessThan(2e-4);
    }

    [Fact]
    public void Images_of_equal_size_are_embedded_as_if_alone()
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGrad = no_grad();
        using VisionTower tower = Load();
        PatchGrid grid = new(4, 6);
        Tensor first = randn(24, 1176), second = randn(24, 1176);

        Tensor together = tower.Forward(cat([first, second]), [grid, grid]);

        Distance(together, cat([tower.Forward(first, [grid]), tower.Forward(second, [grid])])).ShouldBeLessThan(1e-5);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void Position_ids_equal_the_reference(int @case)
    {
        using DisposeScope scope = NewDisposeScope();
        using JsonDocument json = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Folder, "expected.json")));
        using SafetensorsCheckpoint stored = SafetensorsCheckpoint.OpenFile(Path.Combine(Folder, "expected.safetensors"));
        int[] ids = [.. stored.Map($"input_ids.{@case}").data<long>().ToArray().Select(id => (int)id)];

        MropePositions positions = MropePositions.Of(ids, Grids(json, @case), imageToken: 510, mergeSize: 2);

        positions.Values.ShouldBe(stored.Map($"position_ids.{@case}").data<long>().ToArray());
        positions.Delta.ShouldBe(json.RootElement.GetProperty("cases")[@case].GetProperty("rope_delta").GetInt64());
    }

    [Fact]
    public void Text_without_images_counts_up_on_every_axis()
    {
        MropePositions positions = MropePositions.Of([5, 6, 7], [], imageToken: 510, mergeSize: 2);

        positions.Values.ShouldBe([0, 1, 2, 0, 1, 2, 0, 1, 2]);
        positions.Next.ShouldBe(3);
    }

    [Fact]
    public void Image_tokens_that_do_not_match_the_images_are_an_error()
    {
        InputException error = Should.Throw<Pipeline.Models.InputException>(() =>
            MropePositions.Of([1, 510, 510], [new PatchGrid(4, 6)], 510, 2));

        error.Message.ShouldBe("the prompt has 2 image tokens, the 1 images need 6; expand one placeholder per image.");
    }

    private static VisionTower Load()
    {
        using JsonDocument config = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Folder, "config.json")));
        VisionTower tower = new(VisionConfig.Read(new ConfigObject(config.RootElement.GetProperty("vision_config"), "config.json",
            "vision_config.")), ScalarType.Float32, CPU);
        using SafetensorsCheckpoint weights = SafetensorsCheckpoint.Open(Folder);
        WeightLoader.Load(tower.named_parameters().Select(p => KeyValuePair.Create(p.name, (Tensor)p.parameter)), weights,
            name => name.StartsWith(Prefix, StringComparison.Ordinal) ? name[Prefix.Length..] : null);
        return tower;
    }

    private static (Tensor Pixels, PatchGrid[] Grids) Images(SafetensorsCheckpoint stored, int @case)
    {
        using JsonDocument json = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Folder, "expected.json")));
        IEnumerable<string> names = json.RootElement.GetProperty("cases")[@case].GetProperty("images").EnumerateArray()
            .Select(n => n.GetString()!);
        return (cat([.. names.Select(name => stored.Map($"pixel_values.{name}"))]), Grids(json, @case));
    }

    private static PatchGrid[] Grids(JsonDocument json, int @case) =>
        [.. json.RootElement.GetProperty("cases")[@case].GetProperty("images").EnumerateArray()
            .Select(name => json.RootElement.GetProperty("images").GetProperty(name.GetString()!).GetProperty("grid_thw"))
            .Select(grid => new PatchGrid(grid[1].GetInt32(), grid[2].GetInt32()))];

    private static double Distance(Tensor a, Tensor b)
    {
        a.shape.ShouldBe(b.shape);
        return (a - b).abs().max().ToDouble();
    }
}
