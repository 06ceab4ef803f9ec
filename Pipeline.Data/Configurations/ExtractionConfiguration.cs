using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Pipeline.Data.Entities;

namespace Pipeline.Data.Configurations;

internal sealed class ExtractionConfiguration : IEntityTypeConfiguration<Extraction>
{
    public void Configure(EntityTypeBuilder<Extraction> extraction)
    {
        extraction.Property(e => e.DocumentSha256).HasMaxLength(64);
        extraction.Property(e => e.OptionsKey).HasMaxLength(64);
        extraction.Property(e => e.Files).HasJsonConversion();
        extraction.Property(e => e.Warnings).HasDefaultValueSql("'{}'");
        extraction.HasIndex(e => new { e.DocumentSha256, e.ExtractorVersion, e.OptionsKey }).IsUnique();
        extraction.HasOne<Document>().WithMany().HasForeignKey(e => e.DocumentSha256).OnDelete(DeleteBehavior.Restrict);
    }
}
