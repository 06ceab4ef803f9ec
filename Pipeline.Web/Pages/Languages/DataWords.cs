namespace Pipeline.Web.Pages.Languages;

/// <summary>
/// Words that data has: states, stages, types and reasons. Apart from <see cref="PageTexts"/>, because a resource tells names by more
/// than their case.
/// </summary>
internal sealed class DataWords;
