using Microsoft.EntityFrameworkCore;
using Pipeline.Data;
using Pipeline.Data.Entities;
using Pipeline.Jobs.Served;
using Pipeline.Jobs.Train;
using Pipeline.Models;
using Pipeline.Models.Training.Configuration;

namespace Pipeline.Jobs.Evaluate;

/// <summary>The adapter that currently serves a name, with what a comparison needs.</summary>
/// <param name="Promotion">Promotion in force.</param>
/// <param name="Adapter">The adapter.</param>
/// <param name="Training">Where it comes from.</param>
/// <param name="Settings">Training settings of its run.</param>
internal sealed record CurrentAdapter(Promotion Promotion, Adapter Adapter, Training Training, TrainingSettings Settings)
{
    /// <summary>Null when nothing serves the name, or the run serves no name.</summary>
    public static async Task<CurrentAdapter?> FindAsync(PipelineDbContext db, string? name, CancellationToken ct)
    {
        if (name is null || await ServedNames.CurrentAsync(db, name, ct) is not { } promotion) return null;
        Adapter adapter = await db.Adapters.AsNoTracking().SingleAsync(a => a.Id == promotion.AdapterId, ct);
        Training training = await db.Trainings.AsNoTracking().SingleAsync(t => t.Id == adapter.TrainingId, ct);
        string configuration = await db.Runs.Where(r => r.Id == adapter.RunId).Select(r => r.Configuration).SingleAsync(ct);
        return new CurrentAdapter(promotion, adapter, training, RunOptionsJson.Read(configuration).Training);
    }

    /// <summary>Why its loss cannot be compared with a new adapter's, or null.</summary>
    public string? Obstacle(Training candidate)
    {
        if (candidate.Id == Training.Id) return $"it is the same training as {Adapter.Name}, which serves the name";
        if (!SameModel(candidate.BaseModel, Training.BaseModel))
            return $"{Adapter.Name}, which serves the name, belongs to another base model ({Training.BaseModel}), so their losses cannot "
                + $"be compared; promote by hand what should serve";
        return null;
    }

    /// <summary>
    /// Settings to measure it with for a run that has different ones: the form of the prompt belongs to the adapter; how much
    /// is measured must be the same.
    /// </summary>
    public TrainingArguments SettingsForComparison(TrainingArguments others) =>
        others with { Template = Settings.Arguments.Template, DefaultSystem = Settings.Arguments.DefaultSystem };

    private static bool SameModel(string one, string other)
    {
        if (Path.TrimEndingDirectorySeparator(one) == Path.TrimEndingDirectorySeparator(other)) return true;
        try
        {
            return ModelFingerprint.Of(one) == ModelFingerprint.Of(other);
        }
        catch (InputException)
        {
            return false;       // one of the two is missing
        }
    }
}
