using Microsoft.EntityFrameworkCore;
using Pipeline.Data.Configurations;
using Pipeline.Data.Entities;

namespace Pipeline.Data;

/// <summary>Everything the pipeline knows about its runs. Tables and columns are in snake case, enums are stored as text.</summary>
public sealed class PipelineDbContext(DbContextOptions<PipelineDbContext> options) : DbContext(options)
{
    /// <summary>Passes of the chain.</summary>
    public DbSet<Run> Runs => Set<Run>();
    /// <summary>Files by content.</summary>
    public DbSet<Document> Documents => Set<Document>();
    /// <summary>Documents of runs.</summary>
    public DbSet<RunDocument> RunDocuments => Set<RunDocument>();
    /// <summary>Work, one row per run, stage and key.</summary>
    public DbSet<StageItem> StageItems => Set<StageItem>();
    /// <summary>What still holds up the stages that wait for others.</summary>
    public DbSet<RunGate> RunGates => Set<RunGate>();
    /// <summary>Items to hand to the queue.</summary>
    public DbSet<OutboxMessage> OutboxMessages => Set<OutboxMessage>();
    /// <summary>Files of the artifact store.</summary>
    public DbSet<Artifact> Artifacts => Set<Artifact>();
    /// <summary>Cached extractions.</summary>
    public DbSet<Extraction> Extractions => Set<Extraction>();
    /// <summary>Cached captions.</summary>
    public DbSet<Caption> Captions => Set<Caption>();
    /// <summary>Datasets.</summary>
    public DbSet<Dataset> Datasets => Set<Dataset>();
    /// <summary>Chunks on their way to rows.</summary>
    public DbSet<DatasetChunk> DatasetChunks => Set<DatasetChunk>();
    /// <summary>Finished calls of language models that write or check rows.</summary>
    public DbSet<ModelCall> ModelCalls => Set<ModelCall>();
    /// <summary>Rows of datasets.</summary>
    public DbSet<DatasetExample> DatasetExamples => Set<DatasetExample>();
    /// <summary>Drafts of the next versions of datasets.</summary>
    public DbSet<DatasetDecision> DatasetDecisions => Set<DatasetDecision>();
    /// <summary>Finished trainings.</summary>
    public DbSet<Training> Trainings => Set<Training>();
    /// <summary>Training curves.</summary>
    public DbSet<TrainingMetric> TrainingMetrics => Set<TrainingMetric>();
    /// <summary>Evaluations.</summary>
    public DbSet<Evaluation> Evaluations => Set<Evaluation>();
    /// <summary>Published adapters.</summary>
    public DbSet<Adapter> Adapters => Set<Adapter>();
    /// <summary>Decisions about which adapter serves a name.</summary>
    public DbSet<Promotion> Promotions => Set<Promotion>();
    /// <summary>Stable names that adapters serve.</summary>
    public DbSet<ServedName> ServedNames => Set<ServedName>();
    /// <summary>Folders to run by the clock.</summary>
    public DbSet<Schedule> Schedules => Set<Schedule>();
    /// <summary>Log lines.</summary>
    public DbSet<LogEntry> LogEntries => Set<LogEntry>();

    /// <inheritdoc />
    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder) =>
        configurationBuilder.Properties<Stage>().HaveConversion<StageConverter>().HaveMaxLength(Stage.MaxLength);

    /// <inheritdoc />
    protected override void OnModelCreating(ModelBuilder modelBuilder) =>
        modelBuilder.ApplyConfigurationsFromAssembly(typeof(PipelineDbContext).Assembly);
}
