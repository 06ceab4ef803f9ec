namespace Pipeline.Data.Artifacts;

/// <summary>Where artifacts are.</summary>
public enum ArtifactStoreKind
{
    /// <summary>In the data folder, which several machines may share.</summary>
    Folder,

    /// <summary>In a bucket of an S3-compatible storage.</summary>
    S3,
}
