using Microsoft.Extensions.Configuration;
using Pipeline.Data.Artifacts.S3;

namespace Pipeline.Data.Artifacts;

/// <summary>Where artifacts are stored. Section <c>Artifacts</c>.</summary>
public sealed record ArtifactOptions
{
    /// <summary>The kind of store.</summary>
    public ArtifactStoreKind Store { get; init; }

    /// <summary>The bucket, when that is the store.</summary>
    public S3Options S3 { get; init; } = new();

    /// <summary>
    /// Reads and checks the section. Credentials and region that it does not give come from the usual <c>AWS_*</c> settings.
    /// </summary>
    /// <exception cref="ArtifactSettingsException">Something in it cannot be used.</exception>
    public static ArtifactOptions Read(IConfiguration configuration)
    {
        ArtifactOptions options;
        try
        {
            options = configuration.GetSection("Artifacts").Get<ArtifactOptions>(binder => binder.ErrorOnUnknownConfiguration = true)
                ?? new ArtifactOptions();
        }
        catch (InvalidOperationException e)
        {
            string details = e.InnerException is { } inner ? $" ({inner.Message})" : "";
            throw new ArtifactSettingsException($"Artifacts: {e.Message}{details}; see 'S3' in docs/operations.md", e);
        }
        if (options.Store != ArtifactStoreKind.S3) return options;
        S3Options s3 = options.S3;
        if (string.IsNullOrEmpty(s3.AccessKey) && string.IsNullOrEmpty(s3.SecretKey))
            s3 = s3 with
            {
                AccessKey = configuration["AWS_ACCESS_KEY_ID"],
                SecretKey = configuration["AWS_SECRET_ACCESS_KEY"],
                SessionToken = configuration["AWS_SESSION_TOKEN"]
            };
        if (string.IsNullOrEmpty(s3.Region))
            s3 = s3 with { Region = configuration["AWS_REGION"] ?? configuration["AWS_DEFAULT_REGION"] };
        return options with { S3 = s3.Checked() };
    }
}
