using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Pipeline.Data.Entities;

namespace Pipeline.Data.Configurations;

internal sealed class DatasetChunkConfiguration : IEntityTypeConfiguration<DatasetChunk>
{
    public void Configure(EntityTypeBuilder<DatasetChunk> chunk)
    {
        chunk.HasKey(c => new { c.RunId, c.Key });
        chunk.Property(c => c.Key).HasMaxLength(100);
        chunk.Property(c => c.DocumentSha256).HasMaxLength(64);
        chunk.HasOne<Run>().WithMany().HasForeignKey(c => c.RunId).OnDelete(DeleteBehavior.Cascade);
    }
}
