using System.Text.Json;
using Pipeline.Models.Vision;

namespace Pipeline.Tests.Models.Vision;

public sealed class SmartResizeGoldenTests
{
    public static TheoryData<int, int, int, int, int, int> Cases()
    {
        TheoryData<int, int, int, int, int, int> cases = new();
        using JsonDocument expected =
            JsonDocument.Parse(File.ReadAllBytes(Path.Combine(GoldenFiles.Root, "qwen2vl-tiny", "expected.json")));
        foreach (JsonElement c in expected.RootElement.GetProperty("smart_resize").EnumerateArray())
        {
            // -1: the reference refuses the image.
            bool refused = c.GetProperty("result").ValueKind != JsonValueKind.Array;
            cases.Add(Whole("height"), Whole("width"), Whole("min_pixels"), Whole("max_pixels"),
                refused ? -1 : c.GetProperty("result")[0].GetInt32(), refused ? -1 : c.GetProperty("result")[1].GetInt32());

            int Whole(string key) => c.GetProperty(key).GetInt32();
        }
        return cases;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Size_after_resizing_equals_the_reference(int height, int width, int minPixels, int maxPixels, int newHeight, int newWidth)
    {
        if (newHeight < 0)
            Should.Throw<ImageInputException>(() => ImagePreprocessor.SmartResize(height, width, 28, minPixels, maxPixels));
        else
            ImagePreprocessor.SmartResize(height, width, 28, minPixels, maxPixels).ShouldBe((newHeight, newWidth));
    }

    [Fact]
    public void A_line_over_two_hundred_times_longer_than_wide_is_refused()
    {
        ImageInputException error = Should.Throw<ImageInputException>(() => ImagePreprocessor.SmartResize(3, 604, 28, 3136, 100352));

        error.Problem.ShouldBe(ImageProblem.UnusableShape);
        error.Message.ShouldStartWith("the image is 604 x 3 pixels");
    }
}
