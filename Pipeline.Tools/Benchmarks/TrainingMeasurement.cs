using Pipeline.Models;
using Pipeline.Models.Training;

namespace Pipeline.Tools.Benchmarks;

/// <summary>What a training benchmark saw.</summary>
/// <param name="TokensPerSecond">Tokens without padding.</param>
/// <param name="ExamplesPerSecond">Examples.</param>
/// <param name="StepSeconds">Median of a step.</param>
/// <param name="PeakMemoryMiB">Largest resident memory of the process, the runtime and the model included.</param>
/// <param name="Gflops">10⁹ operations of matrix products per second.</param>
/// <param name="PeakGflops">The same of one square matrix product on the same machine and in the same type: the best before and after.</param>
/// <param name="FirstLoss">Mean loss of the first step's targets.</param>
/// <param name="BaseParameters">Weights of the base model.</param>
/// <param name="TrainableParameters">Weights of the adapter.</param>
/// <param name="Reference">The usual way on the same batches; null when it was not asked for.</param>
internal sealed record TrainingMeasurement(
    double TokensPerSecond, double ExamplesPerSecond, double StepSeconds, double PeakMemoryMiB, double Gflops, double PeakGflops,
    double FirstLoss, long BaseParameters, long TrainableParameters, ReferenceMeasurement? Reference);

/// <summary>What the usual way of training did.</summary>
/// <param name="TokensPerSecond">Tokens without padding.</param>
/// <param name="ExamplesPerSecond">Examples.</param>
/// <param name="FirstLoss">Mean loss of the first step's targets.</param>
/// <param name="PeakMemoryMiB">Largest resident memory of the process, after both ways ran.</param>
internal sealed record ReferenceMeasurement(double TokensPerSecond, double ExamplesPerSecond, double FirstLoss, double PeakMemoryMiB);
