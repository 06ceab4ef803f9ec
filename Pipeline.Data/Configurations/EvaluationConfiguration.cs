using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Pipeline.Data.Entities;

namespace Pipeline.Data.Configurations;

internal sealed class EvaluationConfiguration : IEntityTypeConfiguration<Evaluation>
{
    public void Configure(EntityTypeBuilder<Evaluation> evaluation)
    {
        evaluation.Property(e => e.CacheKey).HasMaxLength(64);
        evaluation.Property(e => e.Generations).HasColumnType("jsonb");
        evaluation.Property(e => e.Verdict).HasMaxLength(16);
        evaluation.Ignore(e => e.BasePerplexity);
        evaluation.Ignore(e => e.AdapterPerplexity);
        evaluation.HasIndex(e => e.CacheKey);
        evaluation.HasIndex(e => new { e.RunId, e.CacheKey }).IsUnique();
        evaluation.HasOne<Adapter>().WithMany().HasForeignKey(e => e.CurrentAdapterId).OnDelete(DeleteBehavior.Restrict);
        evaluation.HasOne<Training>().WithMany().HasForeignKey(e => e.TrainingId).OnDelete(DeleteBehavior.Cascade);
    }
}
