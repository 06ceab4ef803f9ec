using Pipeline.Data.Artifacts;
using Pipeline.Data.Postgres;
using Pipeline.Data.Stages;
using Pipeline.Models;
using Pipeline.Models.Training;
using Pipeline.Models.Training.Checkpoints;

namespace Pipeline.Web.Commands;

/// <summary>The one place where an exception becomes a message and an exit code.</summary>
internal static class CommandErrors
{
    private const int NoSpaceLeft = 28; // ENOSPC; .NET puts errno into HResult on Unix

    public static int Report(Exception problem, CancellationToken stopped, TextWriter error)
    {
        switch (problem)
        {
            case OperationCanceledException when stopped.IsCancellationRequested:
                error.WriteLine("Stopped.");
                return ExitCodes.Canceled;
            case InputException or UnknownStageException:
                error.WriteLine($"error: {problem.Message}");
                return ExitCodes.BadUsage;
            case MissingPrerequisiteException or PostgresMissingException:
                error.WriteLine($"error: {problem.Message}");
                return ExitCodes.MissingPrerequisite;
            case ArtifactSettingsException:
                error.WriteLine($"error: {problem.Message}");
                return ExitCodes.BadUsage;
            case ArtifactStoreException or DamagedArtifactException or StorageFullException
                or TrainingDivergedException or CheckpointException:
                error.WriteLine($"error: {problem.Message}");
                return ExitCodes.Failed;
            case SchemaTooNewException or FileNotFoundException or DirectoryNotFoundException or UnauthorizedAccessException:
                error.WriteLine($"error: {problem.Message}");
                return ExitCodes.BadUsage;
            case IOException { HResult: NoSpaceLeft }:
                error.WriteLine(
                    $"error: the disk is full ({problem.Message}); free some space, or choose another folder with --data or --out");
                return ExitCodes.Failed;
            default:
                error.WriteLine($"error: {problem}"); // a bug: it needs its stack
                return ExitCodes.Failed;
        }
    }
}
