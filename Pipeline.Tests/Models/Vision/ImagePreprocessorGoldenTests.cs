using System.Text.Json;
using Pipeline.Models.Vision;
using Pipeline.Models.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Tests.Models.Vision;

public sealed class ImagePreprocessorGoldenTests
{
    private static readonly string Folder = Path.Combine(GoldenFiles.Root, "qwen2vl-tiny");

    public static TheoryData<string> Images()
    {
        using JsonDocument expected = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Folder, "expected.json")));
        return [.. expected.RootElement.GetProperty("images").EnumerateObject().Select(image => image.Name)];
    }

    [Theory]
    [MemberData(nameof(Images))]
    public void Pixel_values_are_no_further_from_the_reference_than_its_own_resizers_are_from_each_other(string name)
    {
        using DisposeScope scope = NewDisposeScope();
        using JsonDocument json = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Folder, "expected.json")));
        JsonElement expected = json.RootElement.GetProperty("images").GetProperty(name);
        ImagePreprocessor preprocessor = new(PreprocessorConfig.Load(Folder));

        ImagePatches patches = preprocessor.Process(ImageDecoder.Decode(File.ReadAllBytes(Path.Combine(Folder, "images", name))));

        JsonElement grid = expected.GetProperty("grid_thw");
        patches.Grid.ShouldBe(new PatchGrid(grid[1].GetInt32(), grid[2].GetInt32()));
        using SafetensorsCheckpoint stored = SafetensorsCheckpoint.OpenFile(Path.Combine(Folder, "expected.safetensors"));
        float[] reference = stored.Map($"pixel_values.{name}").data<float>().ToArray();
        patches.Values.Length.ShouldBe(reference.Length);
        double[] distances = [.. patches.Values.Zip(reference, (a, b) => (double)Math.Abs(a - b))];
        JsonElement tolerance = expected.GetProperty("pil_vs_torchvision");
        // One level of a byte, as float32 rounds it.
        distances.Max().ShouldBeLessThanOrEqualTo(tolerance.GetProperty("max").GetDouble() + 1e-6);
        distances.Average().ShouldBeLessThanOrEqualTo(tolerance.GetProperty("mean").GetDouble() + 1e-6);
    }
}
