namespace Pipeline.Data.Artifacts;

/// <summary>What <see cref="IArtifactStore.PutAsync"/> stored.</summary>
/// <param name="Sha256">Hash of the bytes, 64 lower-case hexadecimal digits.</param>
/// <param name="Bytes">Size.</param>
public readonly record struct StoredArtifact(string Sha256, long Bytes);
