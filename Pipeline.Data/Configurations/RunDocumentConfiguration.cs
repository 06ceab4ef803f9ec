using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Pipeline.Data.Entities;

namespace Pipeline.Data.Configurations;

internal sealed class RunDocumentConfiguration : IEntityTypeConfiguration<RunDocument>
{
    public void Configure(EntityTypeBuilder<RunDocument> document)
    {
        document.Property(d => d.DocumentSha256).HasMaxLength(64);
        document.HasIndex(d => new { d.RunId, d.Path }).IsUnique();
        document.HasOne<Run>().WithMany().HasForeignKey(d => d.RunId).OnDelete(DeleteBehavior.Cascade);
        document.HasOne<Document>().WithMany().HasForeignKey(d => d.DocumentSha256).OnDelete(DeleteBehavior.Restrict);
        document.HasOne<Extraction>().WithMany().HasForeignKey(d => d.ExtractionId).OnDelete(DeleteBehavior.Restrict);
    }
}
