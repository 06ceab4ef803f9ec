namespace Pipeline.Data.Entities;

/// <summary>What was decided about an adapter and a served name.</summary>
public enum PromotionKind
{
    /// <summary>The name is served by the adapter from now on.</summary>
    Promoted,

    /// <summary>The adapter was not good enough or could not be compared; the name is served as before.</summary>
    Kept,

    /// <summary>The name is served again by the adapter that served it before.</summary>
    RolledBack,
}
