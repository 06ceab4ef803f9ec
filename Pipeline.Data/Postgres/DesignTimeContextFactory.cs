using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;

namespace Pipeline.Data.Postgres;

/// <summary>Lets <c>dotnet ef</c> compare the model with the migrations. It opens no connection.</summary>
internal sealed class DesignTimeContextFactory : IDesignTimeDbContextFactory<PipelineDbContext>
{
    public PipelineDbContext CreateDbContext(string[] args)
    {
        DbContextOptionsBuilder<PipelineDbContext> options = new();
        options.UsePipeline("Host=localhost;Database=pipeline");
        return new PipelineDbContext(options.Options);
    }
}
