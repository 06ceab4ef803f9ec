using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Pipeline.Data.Entities;

namespace Pipeline.Data.Configurations;

internal sealed class ScheduleConfiguration : IEntityTypeConfiguration<Schedule>
{
    public void Configure(EntityTypeBuilder<Schedule> schedule)
    {
        schedule.HasIndex(s => s.Name).IsUnique();
        schedule.Property(s => s.Configuration).HasColumnType("jsonb");
        schedule.Property<uint>("xmin").IsRowVersion();
    }
}
