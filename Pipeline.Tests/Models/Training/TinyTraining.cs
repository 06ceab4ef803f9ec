using Pipeline.Models.Datasets;
using Pipeline.Models.Families;
using Pipeline.Models.Training.Batches;
using Pipeline.Models.Training.Configuration;
using static TorchSharp.torch;

namespace Pipeline.Tests.Models.Training;

/// <summary>A model of a few thousand weights and made-up examples: trainings that take milliseconds.</summary>
internal static class TinyTraining
{
    public const int Vocabulary = 64;

    public static DecoderConfig Config { get; } = DecoderConfig.Parse("""
        {"model_type": "phi3", "hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2, "num_attention_heads": 4,
         "num_key_value_heads": 2, "vocab_size": 64, "max_position_embeddings": 128, "original_max_position_embeddings": 128,
         "rms_norm_eps": 1e-5, "rope_theta": 10000.0, "hidden_act": "silu", "tie_word_embeddings": true, "initializer_range": 0.2}
        """, "tiny");

    public static DecoderModel Model(long seed = 1)
    {
        DecoderModel model = new(Config, ScalarType.Float32, CPU);
        using Generator generator = new((ulong)seed);
        model.InitializeWeights(generator);
        return model;
    }

    public static TokenizedExample[] Examples(int count, int seed = 1)
    {
        Random random = new(seed);
        return [.. Enumerable.Range(0, count).Select(_ =>
        {
            int[] ids = [.. Enumerable.Range(0, random.Next(6, 20)).Select(_ => random.Next(Vocabulary))];
            int prompt = random.Next(1, ids.Length - 2);
            return new TokenizedExample(ids, [.. ids.Select((id, i) => i < prompt ? TokenizedExample.Ignored : id)]);
        })];
    }

    public static TrainingData Data(int train = 12, int held = 4) =>
        TrainingData.FromTokens(Examples(train), held == 0 ? [] : Examples(held, seed: 2));

    public static TrainingArguments Arguments(string outputDir) => new()
    {
        ModelNameOrPath = "tiny",
        OutputDir = outputDir,
        LoraRank = 4,
        LoraDropout = 0.1,
        TrainBatchSize = 2,
        GradientAccumulationSteps = 2,
        MaxSteps = 8,
        LearningRate = 1e-2,
        LoggingSteps = 2,
        SaveSteps = 3,
        WeightDecay = 0.01,
        Device = "cpu",
    };
}
