namespace Pipeline.Models.Training;

/// <summary>What a training benchmark saw.</summary>
/// <param name="TokensPerSecond">Tokens without padding.</param>
/// <param name="ExamplesPerSecond">Examples.</param>
/// <param name="StepSeconds">Median of a step.</param>
/// <param name="PeakMemoryMiB">Largest resident memory of the process so far.</param>
/// <param name="Gflops">10⁹ operations of matrix products per second.</param>
/// <param name="PeakGflops">The same of one square matrix product on the same machine and in the same type.</param>
/// <param name="BaseParameters">Weights of the base model.</param>
/// <param name="TrainableParameters">Weights of the adapter.</param>
public sealed record TrainingMeasurement(
    double TokensPerSecond, double ExamplesPerSecond, double StepSeconds, double PeakMemoryMiB, double Gflops, double PeakGflops,
    long BaseParameters, long TrainableParameters);
