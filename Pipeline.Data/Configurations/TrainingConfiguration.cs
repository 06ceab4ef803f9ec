using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Pipeline.Data.Entities;

namespace Pipeline.Data.Configurations;

internal sealed class TrainingConfiguration : IEntityTypeConfiguration<Training>
{
    public void Configure(EntityTypeBuilder<Training> training)
    {
        training.Property(t => t.CacheKey).HasMaxLength(64);
        training.Property(t => t.Files).HasJsonConversion();
        training.HasIndex(t => t.CacheKey);
        // a run trains once on its dataset, however often it is delivered
        training.HasIndex(t => new { t.RunId, t.CacheKey }).IsUnique();
    }
}
