using Pipeline.Models.Training.Checkpoints;
using Pipeline.Models.Training.Configuration;

namespace Pipeline.Models.Training.Loop;

/// <summary>
/// Which evaluation is the best so far, and how many in a row were not. All of it is kept in the trainer's state, so that a
/// resumed run decides like an unbroken one. Reference: transformers <c>EarlyStoppingCallback</c>.
/// </summary>
internal sealed class BestEvaluation(TrainingArguments arguments, TrainerState state)
{
    /// <summary>Whether the training has waited long enough for a better evaluation.</summary>
    public bool EndsTraining => state.WorseEvaluations >= arguments.EarlyStoppingSteps;

    /// <summary>Records an evaluation at the state's step.</summary>
    /// <returns>Whether it beats all earlier ones; a NaN loss never does.</returns>
    public bool Add(double loss)
    {
        if (!arguments.TracksBest)
            return false;
        bool better = state.BestMetric is { } best ? (arguments.GreaterIsBetter ? loss > best : loss < best) : double.IsFinite(loss);
        if (better)
            (state.BestMetric, state.BestStep, state.BestIsSaved) = (loss, state.Step, false);
        state.WorseEvaluations = better ? 0 : state.WorseEvaluations + 1;
        return better;
    }
}
