using Pipeline.Models.Families;
using Pipeline.Models.Training.Checkpoints;

namespace Pipeline.Tests.Models.Training;

public sealed class TrainingFingerprintTests
{
    [Theory]
    [InlineData("phi4-tiny", """
        {"Family":0,"HiddenSize":96,"IntermediateSize":192,"NumHiddenLayers":3,"NumAttentionHeads":4,"NumKeyValueHeads":2,"HeadDim":24,
        "VocabSize":512,"MaxPositionEmbeddings":256,"RmsNormEps":1E-05,"Rope":{"Kind":2,"Theta":10000,"Dimensions":18,
        "OriginalMaxPositions":64,"ShortFactor":[1,1.02,1.04,1.06,1.08,1.1,1.12,1.1400000000000001,1.16],
        "LongFactor":[1,2.5,4,5.5,7,8.5,10,11.5,13],"AttentionFactor":1.1547005383792517,"Factor":1,"LowFreqFactor":1,
        "HighFreqFactor":4,"MropeSection":[]},"TieWordEmbeddings":true,"SlidingWindow":null,"InitializerRange":0.02,
        "EosTokenIds":[504],"BosTokenId":504,"PadTokenId":504,"AttentionBias":false,"AttentionProjections":[{}],
        "FeedForwardProjections":[{}]}
        """)]
    [InlineData("qwen2-tiny", """
        {"Family":2,"HiddenSize":64,"IntermediateSize":176,"NumHiddenLayers":2,"NumAttentionHeads":4,"NumKeyValueHeads":2,"HeadDim":16,
        "VocabSize":320,"MaxPositionEmbeddings":512,"RmsNormEps":1E-06,"Rope":{"Kind":0,"Theta":1000000,"Dimensions":16,
        "OriginalMaxPositions":0,"ShortFactor":[],"LongFactor":[],"AttentionFactor":1,"Factor":1,"LowFreqFactor":1,
        "HighFreqFactor":4,"MropeSection":[]},"TieWordEmbeddings":true,"SlidingWindow":null,"InitializerRange":0.02,
        "EosTokenIds":[2],"BosTokenId":0,"PadTokenId":null,"AttentionBias":true,"AttentionProjections":[{},{},{}],
        "FeedForwardProjections":[{},{}]}
        """)]
    public void The_shape_of_a_model_reads_as_in_checkpoints_of_earlier_versions(string folder, string written) =>
        TrainingFingerprint.ShapeOf(DecoderConfig.Load(Path.Combine(GoldenFiles.Root, folder))).ShouldBe(written.ReplaceLineEndings(""));
}
