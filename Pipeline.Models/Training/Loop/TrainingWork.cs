using Pipeline.Models.Families;

namespace Pipeline.Models.Training.Loop;

/// <summary>Amount of computation, counted as in transformers' <c>total_flos</c>.</summary>
internal static class TrainingWork
{
    private const double OperationsPerWeightAndToken = 6; // multiply and add, once forward and twice backward
    private const double ForBase = 2;                     // once more forward

    /// <summary>Floating-point operations of a run: all weights of base and adapter except the input embeddings, for every token.</summary>
    /// <param name="model">Base model.</param>
    /// <param name="adapterParameters">Number of adapter weights.</param>
    /// <param name="tokens">Tokens that went through the model.</param>
    /// <param name="retained">Those of them that went through the base as well.</param>
    public static double FloatingPointOperations(DecoderConfig model, long adapterParameters, long tokens, long retained) =>
        (OperationsPerWeightAndToken * tokens + ForBase * retained)
        * (model.CountParameters() + adapterParameters - (long)model.VocabSize * model.HiddenSize);
}
