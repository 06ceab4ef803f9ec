namespace Pipeline.Models.Layers;

/// <summary>Which rotary frequencies a model uses.</summary>
public enum RopeKind
{
    /// <summary>Plain RoPE (arXiv:2104.09864).</summary>
    Default,

    /// <summary>Llama 3.1's frequency-dependent scaling.</summary>
    Llama3,

    /// <summary>Phi-3's short and long factors, switched by the total length (LongRoPE, arXiv:2402.13753).</summary>
    LongRope,

    /// <summary>Qwen2-VL's three position axes: time, height, width.</summary>
    Mrope,
}
