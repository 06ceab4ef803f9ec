using Pipeline.Jobs.Extract.Blocks;

namespace Pipeline.Jobs.Extract.Text;

/// <summary>Characters without a gap.</summary>
/// <param name="Text">The characters.</param>
/// <param name="Box">Their place, in displayed page points.</param>
/// <param name="Size">Font size of most of them, in points.</param>
/// <param name="Font">Index of their font.</param>
/// <param name="Bold">Their font is bold.</param>
/// <param name="Monospaced">Their font is typewriter type.</param>
internal readonly record struct TextWord(string Text, Box Box, double Size, int Font, bool Bold, bool Monospaced);
