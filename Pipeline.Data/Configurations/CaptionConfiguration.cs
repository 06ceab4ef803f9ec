using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Pipeline.Data.Entities;

namespace Pipeline.Data.Configurations;

internal sealed class CaptionConfiguration : IEntityTypeConfiguration<Caption>
{
    public void Configure(EntityTypeBuilder<Caption> caption)
    {
        caption.Property(c => c.ImageSha256).HasMaxLength(64);
        caption.Property(c => c.ModelFingerprint).HasMaxLength(64);
        caption.Property(c => c.PromptKey).HasMaxLength(64);
        caption.HasIndex(c => new { c.ImageSha256, c.ModelFingerprint, c.PromptKey }).IsUnique();
    }
}
