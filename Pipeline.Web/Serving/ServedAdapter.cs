namespace Pipeline.Web.Serving;

/// <summary>A published adapter as it is served.</summary>
/// <param name="Name">Its own name.</param>
/// <param name="Folder">Its folder, PEFT layout.</param>
/// <param name="Template">Chat template it was trained with, for folders that do not record it.</param>
/// <param name="BaseId">Name its base model is served by.</param>
internal sealed record ServedAdapter(string Name, string Folder, string Template, string BaseId);
