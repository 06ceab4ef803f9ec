namespace Pipeline.Web.Serving;

/// <summary>Something that answers by name: a base model, a base model with an adapter, or a vision-language model.</summary>
/// <param name="Id">What clients ask for.</param>
/// <param name="Folder">Hub folder of the (base) model, absolute.</param>
/// <param name="Adapter">The adapter put on top, or null.</param>
/// <param name="SeesImages">Whether messages may carry images.</param>
/// <param name="Created">When it was created.</param>
internal sealed record ServedModel(string Id, string Folder, ServedAdapter? Adapter, bool SeesImages, DateTimeOffset Created);
