using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Pipeline.Data.Entities;

namespace Pipeline.Data.Configurations;

internal sealed class AdapterConfiguration : IEntityTypeConfiguration<Adapter>
{
    public void Configure(EntityTypeBuilder<Adapter> adapter)
    {
        adapter.HasIndex(a => a.Name).IsUnique();
        adapter.HasIndex(a => new { a.RunId, a.TrainingId }).IsUnique();
        adapter.HasOne<Training>().WithMany().HasForeignKey(a => a.TrainingId).OnDelete(DeleteBehavior.Restrict);
    }
}
