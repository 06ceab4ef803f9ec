using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Pipeline.Data.Entities;

namespace Pipeline.Data.Configurations;

internal sealed class RunConfiguration : IEntityTypeConfiguration<Run>
{
    public void Configure(EntityTypeBuilder<Run> run)
    {
        run.Property(r => r.State).HasConversion<string>().HasMaxLength(16);
        run.Property(r => r.Configuration).HasColumnType("jsonb");
        run.Property(r => r.ReportFiles).HasJsonConversion().HasDefaultValueSql("'{}'");
        run.Property(r => r.WorkFiles).HasJsonConversion().HasDefaultValueSql("'{}'");
        run.Ignore(r => r.IsFinished);
        run.HasIndex(r => r.CreatedAt);
        run.HasIndex(r => r.State);
        run.HasOne<Dataset>().WithMany().HasForeignKey(r => r.DatasetId).OnDelete(DeleteBehavior.Restrict);
        run.HasOne<Training>().WithMany().HasForeignKey(r => r.TrainingId).OnDelete(DeleteBehavior.Restrict);
        run.HasOne<Evaluation>().WithMany().HasForeignKey(r => r.EvaluationId).OnDelete(DeleteBehavior.Restrict);
        run.HasOne<Adapter>().WithMany().HasForeignKey(r => r.AdapterId).OnDelete(DeleteBehavior.Restrict);
    }
}
