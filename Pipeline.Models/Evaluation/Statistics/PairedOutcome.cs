namespace Pipeline.Models.Evaluation.Statistics;

/// <summary>One question answered by two models.</summary>
/// <param name="Cluster">Questions of one section share it; empty where each stands for itself.</param>
/// <param name="First">Whether the model compared with is right.</param>
/// <param name="Second">Whether the model examined is right.</param>
public readonly record struct PairedOutcome(string Cluster, bool First, bool Second);
