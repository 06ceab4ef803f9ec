using Pipeline.Jobs.Extract.Blocks;

namespace Pipeline.Jobs.Extract.Text;

/// <summary>Characters without a gap.</summary>
/// <param name="Text">The characters.</param>
/// <param name="Box">Their place, in displayed page points.</param>
internal readonly record struct TextWord(string Text, Box Box);
