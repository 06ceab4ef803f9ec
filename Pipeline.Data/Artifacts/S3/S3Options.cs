using System.Globalization;
using System.Text;

namespace Pipeline.Data.Artifacts.S3;

/// <summary>A bucket of an S3-compatible storage. Section <c>Artifacts:S3</c>.</summary>
public sealed record S3Options
{
    /// <summary>Address of the storage, such as <c>https://s3.example.org</c>; null for Amazon's.</summary>
    public string? Endpoint { get; init; }

    /// <summary>An existing bucket.</summary>
    public string Bucket { get; init; } = "";

    /// <summary>Prefix of all object names. Belongs to a single database.</summary>
    public string Prefix { get; init; } = "";

    /// <summary>Region that requests are signed for; null is us-east-1.</summary>
    public string? Region { get; init; }

    /// <summary>Bucket in the path instead of the host name; null: when an endpoint is given.</summary>
    public bool? ForcePathStyle { get; init; }

    /// <summary>Name of the access key.</summary>
    public string? AccessKey { get; init; }

    /// <summary>Secret of the access key.</summary>
    public string? SecretKey { get; init; }

    /// <summary>Session token of temporary keys.</summary>
    public string? SessionToken { get; init; }

    /// <summary>Larger files are uploaded in parts of this size; 5 to 1024.</summary>
    public int PartMegabytes { get; init; } = 16;

    /// <summary>Size of the local copies in the data folder.</summary>
    public int CacheMegabytes { get; init; } = 10_240;

    /// <summary>How often a request is retried and a download resumed.</summary>
    public int Retries { get; init; } = 5;

    /// <summary>How long the storage may be silent in a request.</summary>
    public double TimeoutSeconds { get; init; } = 100;

    /// <summary>These options with the prefix as it is used.</summary>
    /// <exception cref="ArtifactSettingsException">Something is missing or out of range.</exception>
    internal S3Options Checked()
    {
        if (Bucket.Length == 0) throw new ArtifactSettingsException(
            "Artifacts:S3:Bucket: nothing given; expected the name of an existing bucket (Artifacts__S3__Bucket)");
        if (!string.IsNullOrEmpty(Endpoint)
            && !(Uri.TryCreate(Endpoint, UriKind.Absolute, out Uri? uri) && uri.Scheme is "http" or "https"))
            throw new ArtifactSettingsException(
                $"Artifacts:S3:Endpoint: found '{Endpoint}'; expected an address such as https://s3.example.org, or nothing for Amazon's");
        if (string.IsNullOrEmpty(AccessKey) != string.IsNullOrEmpty(SecretKey))
            throw new ArtifactSettingsException(
                $"Artifacts:S3:{(string.IsNullOrEmpty(AccessKey) ? "AccessKey" : "SecretKey")}: nothing given; AccessKey and SecretKey "
                + $"belong together");
        if (string.IsNullOrEmpty(AccessKey) && !string.IsNullOrEmpty(Endpoint))
            throw new ArtifactSettingsException(
                "Artifacts:S3:AccessKey: nothing given; set Artifacts__S3__AccessKey and Artifacts__S3__SecretKey, or AWS_ACCESS_KEY_ID "
                + "and AWS_SECRET_ACCESS_KEY");
        Range(nameof(PartMegabytes), PartMegabytes, 5, 1024);
        Range(nameof(CacheMegabytes), CacheMegabytes, 1, 1 << 30);
        Range(nameof(Retries), Retries, 0, 100);
        Range(nameof(TimeoutSeconds), TimeoutSeconds, 0.1, 3600);
        string prefix = Prefix.Trim('/');
        return this with { Prefix = prefix.Length == 0 ? "" : prefix + "/", Endpoint = string.IsNullOrEmpty(Endpoint) ? null : Endpoint };
    }

    private static void Range(string name, double value, double least, double most)
    {
        if (!(value >= least && value <= most))
            throw new ArtifactSettingsException(string.Create(CultureInfo.InvariantCulture,
                $"Artifacts:S3:{name}: found {value}; expected {least} to {most}"));
    }

    // Secrets stay out of anything that prints these options.
    private bool PrintMembers(StringBuilder text)
    {
        text.Append(CultureInfo.InvariantCulture, $"Endpoint = {Endpoint}, Bucket = {Bucket}, Prefix = {Prefix}, Region = {Region}");
        return true;
    }
}
