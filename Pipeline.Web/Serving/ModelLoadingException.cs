namespace Pipeline.Web.Serving;

/// <summary>The vision-language model is still being loaded; the caller should try again in a moment (503).</summary>
internal sealed class ModelLoadingException() : Exception("the vision-language model is being loaded");
