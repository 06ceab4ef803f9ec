using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Pipeline.Data.Entities;

namespace Pipeline.Data.Configurations;

internal sealed class StageItemConfiguration : IEntityTypeConfiguration<StageItem>
{
    public void Configure(EntityTypeBuilder<StageItem> item)
    {
        item.HasIndex(i => new { i.RunId, i.Stage, i.Key }).IsUnique();                 // enqueuing twice cannot make two items
        item.HasIndex(i => i.LeaseUntil).HasFilter("state = 'Running'");                // the sweeper's search
        // the next to claim
        item.HasIndex(i => new { i.Stage, i.Priority, i.Id }).IsDescending(false, true, false).HasFilter("state = 'Pending'");
        item.HasIndex(i => i.RunDocumentId);
        item.Property(i => i.State).HasConversion<string>().HasMaxLength(16);
        item.Property(i => i.FailureKind).HasConversion<string>().HasMaxLength(16);
        item.Property(i => i.Key).HasMaxLength(128);
        item.Property(i => i.CheckpointFiles!).HasJsonConversion();
        item.Ignore(i => i.IsFinished);
        item.HasOne<Run>().WithMany().HasForeignKey(i => i.RunId).OnDelete(DeleteBehavior.Cascade);
        item.HasOne<RunDocument>().WithMany().HasForeignKey(i => i.RunDocumentId).OnDelete(DeleteBehavior.Cascade);
    }
}
