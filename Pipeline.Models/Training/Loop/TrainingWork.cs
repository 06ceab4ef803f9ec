using Pipeline.Models.Families;

namespace Pipeline.Models.Training.Loop;

/// <summary>How much was computed, as transformers counts it in <c>total_flos</c>.</summary>
internal static class TrainingWork
{
    private const double OperationsPerWeightAndToken = 6; // a product and a sum, forward once and backward twice

    /// <summary>Floating-point operations of a training: the weights of base model and adapter without the input embeddings, for every token.</summary>
    /// <param name="model">Base model.</param>
    /// <param name="adapterParameters">Weights of the adapter.</param>
    /// <param name="tokens">Tokens that went through the model.</param>
    public static double FloatingPointOperations(DecoderConfig model, long adapterParameters, long tokens) =>
        OperationsPerWeightAndToken * tokens * (model.CountParameters() + adapterParameters - (long)model.VocabSize * model.HiddenSize);
}
