using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Pipeline.Data.Entities;

namespace Pipeline.Data.Configurations;

internal sealed class DatasetExampleConfiguration : IEntityTypeConfiguration<DatasetExample>
{
    public void Configure(EntityTypeBuilder<DatasetExample> example)
    {
        example.HasKey(e => new { e.DatasetId, e.Ordinal });
        example.Property(e => e.Hash).HasMaxLength(64);
        example.Property(e => e.DocumentSha256).HasMaxLength(64);
        example.HasIndex(e => new { e.DatasetId, e.Hash });
        example.HasIndex(e => new { e.DatasetId, e.State, e.Ordinal });
        example.HasIndex(e => new { e.DatasetId, e.DocumentSha256, e.Page });
        example.HasOne<Dataset>().WithMany().HasForeignKey(e => e.DatasetId).OnDelete(DeleteBehavior.Cascade);
    }
}
