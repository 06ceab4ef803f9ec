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

    /// <summary>Wordings of a fact that teach it in so many that it is known in others too: large models need few.</summary>
    public int Wordings => Parameters < 50_000_000 ? 12 : 3;

    /// <summary>Steps below which a model does not know what it was taught, however little that is.</summary>
    public int FewestSteps => Parameters < 50_000_000 ? 450 : 150;

    /// <summary>Defaults of runs as they suit this size; what a user gives still wins.</summary>
    public TrainingArguments Suited(TrainingArguments defaults) => Parameters switch
    {
        < 50_000_000 => defaults with
        {
            LearningRate = 2e-3,
            LoraRank = 64,
            LoraAlpha = 64,
            LoraDropout = 0.1,
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
