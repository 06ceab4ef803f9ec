using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Pipeline.Data.Entities;

namespace Pipeline.Data.Configurations;

internal sealed class LogEntryConfiguration : IEntityTypeConfiguration<LogEntry>
{
    public void Configure(EntityTypeBuilder<LogEntry> entry)
    {
        entry.Property(e => e.Id).UseIdentityByDefaultColumn();
        entry.Property(e => e.Level).HasMaxLength(16);
        entry.Property(e => e.Stage).HasMaxLength(16);
        entry.HasIndex(e => new { e.RunId, e.Id });
        entry.HasIndex(e => e.At);
        entry.Property(e => e.JobId).HasMaxLength(32);
        entry.HasIndex(e => new { e.JobId, e.Id }).HasFilter("job_id IS NOT NULL");
    }
}
