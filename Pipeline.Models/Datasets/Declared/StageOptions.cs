namespace Pipeline.Models.Datasets.Declared;

/// <summary>How rows become ids, with LLaMA-Factory's keys.</summary>
internal sealed record StageOptions
{
    /// <summary><c>sft</c>, <c>pt</c>, <c>rm</c> (pairs, which <c>dpo</c> takes too) or <c>kto</c>.</summary>
    public string Stage { get; init; } = "sft";

    /// <summary>Maximum ids of a row; a packed sequence of answers has room for one less.</summary>
    public int CutoffLen { get; init; } = 2048;

    public bool TrainOnPrompt { get; init; }

    public bool MaskHistory { get; init; }

    /// <summary>Whether rows share sequences; null for the habit of the stage.</summary>
    public bool? Packing { get; init; }

    /// <summary>Whether rows that share a sequence do not see each other.</summary>
    public bool NeatPacking { get; init; }

    /// <summary>Rows that are packed, or paired, among themselves.</summary>
    public int PreprocessingBatchSize { get; init; } = 1000;

    /// <summary>Whether rows share sequences.</summary>
    public bool Packs => NeatPacking || (Packing ?? Stage == "pt");

    /// <summary>Ids that rows may have: a key <c>packing</c> or <c>neat_packing</c> takes one from <see cref="CutoffLen"/>.</summary>
    public int Room => NeatPacking || Packing == true ? CutoffLen - 1 : CutoffLen;
}
