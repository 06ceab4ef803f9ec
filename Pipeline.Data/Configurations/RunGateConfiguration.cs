using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Pipeline.Data.Entities;

namespace Pipeline.Data.Configurations;

internal sealed class RunGateConfiguration : IEntityTypeConfiguration<RunGate>
{
    public void Configure(EntityTypeBuilder<RunGate> gate)
    {
        gate.HasKey(g => new { g.RunId, g.Stage });
        gate.HasOne<Run>().WithMany().HasForeignKey(g => g.RunId).OnDelete(DeleteBehavior.Cascade);
    }
}
