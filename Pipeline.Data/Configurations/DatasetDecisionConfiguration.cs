using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Pipeline.Data.Entities;

namespace Pipeline.Data.Configurations;

internal sealed class DatasetDecisionConfiguration : IEntityTypeConfiguration<DatasetDecision>
{
    public void Configure(EntityTypeBuilder<DatasetDecision> decision)
    {
        decision.HasKey(d => new { d.DatasetId, d.Hash });
        decision.Property(d => d.Hash).HasMaxLength(64);
        decision.HasOne<Dataset>().WithMany().HasForeignKey(d => d.DatasetId).OnDelete(DeleteBehavior.Cascade);
    }
}
