namespace Pipeline.Models.Datasets.Declared;

/// <summary>A row has pictures, sound or films where only text can be trained: nothing may be left out of it in silence.</summary>
/// <param name="message">File, row, column and what to do.</param>
internal sealed class MediaInputException(string message) : InputException(message);
