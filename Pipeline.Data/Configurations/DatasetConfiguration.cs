using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Pipeline.Data.Entities;

namespace Pipeline.Data.Configurations;

internal sealed class DatasetConfiguration : IEntityTypeConfiguration<Dataset>
{
    public void Configure(EntityTypeBuilder<Dataset> dataset)
    {
        dataset.Property(d => d.ContentKey).HasMaxLength(64);
        dataset.Property(d => d.Files).HasJsonConversion();
        dataset.HasIndex(d => d.RunId).IsUnique();              // a run makes one dataset; imports have no run
        dataset.HasIndex(d => d.CreatedAt);
        dataset.HasOne<Dataset>().WithMany().HasForeignKey(d => d.ParentId).OnDelete(DeleteBehavior.SetNull);
    }
}
