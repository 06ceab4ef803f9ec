using Pipeline.Jobs;
using Pipeline.Jobs.Train;

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
        FileInfo[] samples = new DirectoryInfo(Path.Combine(RepositoryRoot.Path, "samples")).GetFiles("*.pdf").OrderBy(f => f.Length)
            .Take(count).ToArray();
        samples.Length.ShouldBe(count);
        return samples.Select(f => f.CopyTo(Path.Combine(folder, f.Name)).Name).ToArray();
    }

    public static RunOptions Options(int steps, int saveSteps) => new()
    {
        Name = "end-to-end",
        BaseModel = LanguageModel,
        Caption = new() { Model = VisionModel, MaxNewTokens = 24 },
        Training = TrainingSettings.Of(new
        {
            lora_rank = 8,
            learning_rate = 4e-3,
            per_device_train_batch_size = 4,
            max_steps = steps,
            cutoff_len = 128,
            save_steps = saveSteps,
            plot_loss = true,
        }),
        Evaluation = new() { Generations = 1, MaxNewTokens = 8 },
    };
}
