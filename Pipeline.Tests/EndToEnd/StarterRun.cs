using System.Text.Json;
using Pipeline.Jobs;

namespace Pipeline.Tests.EndToEnd;

/// <summary>A small real run: sample documents and starter models of the checkout.</summary>
internal static class StarterRun
{
    public static string LanguageModel => Path.Combine(RepositoryRoot.Path, "starter", "phi4-starter");
    public static string VisionModel => Path.Combine(RepositoryRoot.Path, "starter", "qwen2vl-starter");

    /// <summary>Copies the smallest sample documents into a folder.</summary>
    public static string[] CopySamples(string folder, int count)
    {
        Directory.CreateDirectory(folder);
        FileInfo[] samples = new DirectoryInfo(Path.Combine(RepositoryRoot.Path, "samples")).GetFiles("*.pdf").OrderBy(f => f.Length).Take(count).ToArray();
        samples.Length.ShouldBe(count);
        return samples.Select(f => f.CopyTo(Path.Combine(folder, f.Name)).Name).ToArray();
    }

    public static RunOptions Options(int steps, int saveSteps) => new()
    {
        Name = "end-to-end",
        BaseModel = LanguageModel,
        Caption = new() { Model = VisionModel, MaxNewTokens = 24 },
        Training = new Dictionary<string, JsonElement>
        {
            ["lora_rank"] = Json(8),
            ["learning_rate"] = Json(4e-3),
            ["per_device_train_batch_size"] = Json(4),
            ["max_steps"] = Json(steps),
            ["cutoff_len"] = Json(128),
            ["save_steps"] = Json(saveSteps),
            ["plot_loss"] = Json(true),
        },
        Evaluation = new() { Generations = 1, MaxNewTokens = 8 },
    };

    private static JsonElement Json<T>(T value) => JsonSerializer.SerializeToElement(value);
}
