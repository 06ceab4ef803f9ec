using Pipeline.Models;
using Pipeline.Models.Families;
using Pipeline.Models.Training.Configuration;

namespace Pipeline.Jobs.Train;

/// <summary>
/// How large a model is, and what teaches it facts: small ones need higher rates. Measured with 2.7 and 135 million weights
/// (<c>docs/training.md</c>); larger ones get what is usual for them.
/// </summary>
/// <param name="Parameters">Weights, by the shape of the decoder.</param>
internal sealed record ModelSize(long Parameters)
{
    /// <summary>Of a model folder; null where it cannot be read, which other checks report.</summary>
    public static ModelSize? Of(string folder)
    {
        try
        {
            DecoderConfig shape = DecoderConfig.Load(folder);
            return new ModelSize((long)shape.VocabSize * shape.HiddenSize
                + (long)shape.NumHiddenLayers * shape.HiddenSize * (4L * shape.HiddenSize + 3L * shape.IntermediateSize));
        }
        catch (InputException)
        {
            return null;
        }
    }

    private const long FewestOfUsualModels = 50_000_000;

    /// <summary>Whether the model is of the starter's kind, which has few words and no knowledge to build on.</summary>
    public bool IsTiny => Parameters < FewestOfUsualModels;

    /// <summary>Defaults of runs as they suit this size; what a user gives still wins.</summary>
    public TrainingArguments Suited(TrainingArguments defaults) => Parameters switch
    {
        < FewestOfUsualModels => defaults with
        {
            LearningRate = 3e-3,
            LoraRank = 64,
            LoraAlpha = 64,
            TrainBatchSize = 16,
            NumTrainEpochs = 12,
        },
        < 1_000_000_000 => defaults with
        {
            LearningRate = 1e-3,
            LoraRank = 16,
            LoraAlpha = 32,
            TrainBatchSize = 8,
            NumTrainEpochs = 8,
        },
        < 3_000_000_000 => defaults with { LearningRate = 5e-4, LoraAlpha = 32, NumTrainEpochs = 5 },
        _ => defaults with { LoraAlpha = 32 },
    };
}
