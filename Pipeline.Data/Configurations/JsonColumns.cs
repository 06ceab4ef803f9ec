using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Pipeline.Data.Configurations;

internal static class JsonColumns
{
    /// <summary>Stores a map of file names to artifact hashes as one <c>jsonb</c> value.</summary>
    public static PropertyBuilder<Dictionary<string, string>> HasJsonConversion(this PropertyBuilder<Dictionary<string, string>> property)
    {
        property.HasColumnType("jsonb").HasConversion(
            files => JsonSerializer.Serialize(files, JsonSerializerOptions.Default),
            json => JsonSerializer.Deserialize<Dictionary<string, string>>(json, JsonSerializerOptions.Default)!,
            new ValueComparer<Dictionary<string, string>>(
                (a, b) => a!.Count == b!.Count && !a.Except(b).Any(),
                files => files.Count,
                files => new Dictionary<string, string>(files)));
        return property;
    }
}
