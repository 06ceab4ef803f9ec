namespace Pipeline.Models.Quantization;

/// <summary>What weights in few bits are for.</summary>
public enum QuantizedStorage
{
    /// <summary>
    /// Training, and inference on any device: int8 with a scale per output row, or NF4. Products use the restored weights, so that
    /// gradients of the inputs are exact. Embedding and head stay as they are.
    /// </summary>
    Trainable,

    /// <summary>
    /// Inference on the CPU: GGUF's blocks (Q8_0, or Q4_0 unless a file brings its own), multiplied in whole numbers with
    /// activations rounded to 8 bits. Embedding and head are stored too, as Q8_0.
    /// </summary>
    Blocks,
}
