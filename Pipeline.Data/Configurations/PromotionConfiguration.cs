using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Pipeline.Data.Entities;

namespace Pipeline.Data.Configurations;

internal sealed class PromotionConfiguration : IEntityTypeConfiguration<Promotion>, IEntityTypeConfiguration<ServedName>
{
    public void Configure(EntityTypeBuilder<Promotion> promotion)
    {
        promotion.Property(p => p.Kind).HasConversion<string>().HasMaxLength(16);
        promotion.HasIndex(p => new { p.Name, p.Id });
        // a run decides once about its adapter
        promotion.HasIndex(p => new { p.RunId, p.AdapterId }).IsUnique().HasFilter("run_id IS NOT NULL");
        // An adapter that has ever served a name cannot be removed: a rollback may return to it.
        promotion.HasOne<Adapter>().WithMany().HasForeignKey(p => p.AdapterId).OnDelete(DeleteBehavior.Restrict);
        promotion.HasOne<Adapter>().WithMany().HasForeignKey(p => p.AgainstId).OnDelete(DeleteBehavior.Restrict);
        promotion.HasOne<Promotion>().WithMany().HasForeignKey(p => p.PreviousId).OnDelete(DeleteBehavior.Restrict);
    }

    public void Configure(EntityTypeBuilder<ServedName> served)
    {
        served.HasKey(s => s.Name);
        served.HasOne<Promotion>().WithMany().HasForeignKey(s => s.PromotionId).OnDelete(DeleteBehavior.Restrict);
        served.HasOne<Promotion>().WithMany().HasForeignKey(s => s.DecisionId).OnDelete(DeleteBehavior.Restrict);
    }
}
