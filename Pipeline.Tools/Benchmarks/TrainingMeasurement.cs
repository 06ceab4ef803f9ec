namespace Pipeline.Tools.Benchmarks;

/// <summary>Results of a training benchmark.</summary>
/// <param name="TokensPerSecond">Tokens without padding.</param>
/// <param name="ExamplesPerSecond">Examples.</param>
/// <param name="StepSeconds">Median of a step.</param>
/// <param name="PeakMemoryMiB">Peak resident memory of the process, including the runtime and the model.</param>
/// <param name="Gflops">10⁹ operations of matrix products per second.</param>
/// <param name="PeakGflops">
/// The same of one square matrix product on the same machine and in the same type: the best before and after.
/// </param>
/// <param name="FirstLoss">Mean loss of the first step's targets.</param>
/// <param name="BaseParameters">Weights of the base model.</param>
/// <param name="TrainableParameters">Weights of the adapter.</param>
/// <param name="Reference">The usual way on the same batches; null when not requested.</param>
internal sealed record TrainingMeasurement(
    double TokensPerSecond, double ExamplesPerSecond, double StepSeconds, double PeakMemoryMiB, double Gflops, double PeakGflops,
    double FirstLoss, long BaseParameters, long TrainableParameters, ReferenceMeasurement? Reference);

/// <summary>Results of the usual way of training.</summary>
/// <param name="TokensPerSecond">Tokens without padding.</param>
/// <param name="ExamplesPerSecond">Examples.</param>
/// <param name="FirstLoss">Mean loss of the first step's targets.</param>
/// <param name="PeakMemoryMiB">Peak resident memory of the process, after both ways ran.</param>
internal sealed record ReferenceMeasurement(double TokensPerSecond, double ExamplesPerSecond, double FirstLoss, double PeakMemoryMiB);
