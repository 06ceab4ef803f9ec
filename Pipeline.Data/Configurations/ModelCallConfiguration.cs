using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Pipeline.Data.Entities;

namespace Pipeline.Data.Configurations;

internal sealed class ModelCallConfiguration : IEntityTypeConfiguration<ModelCall>
{
    public void Configure(EntityTypeBuilder<ModelCall> call)
    {
        call.HasKey(c => c.Key);
        call.Property(c => c.Key).HasMaxLength(64);
        call.HasIndex(c => c.CreatedAt);
    }
}
