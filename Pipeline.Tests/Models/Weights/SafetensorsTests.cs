using System.Buffers.Binary;
using System.Text;
using Pipeline.Models;
using Pipeline.Models.Weights;
using static TorchSharp.torch;

namespace Pipeline.Tests.Models.Weights;

public sealed class SafetensorsTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("pipeline-weights-").FullName;

    private string FilePath => Path.Combine(_folder, "model.safetensors");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Every_element_type_survives_a_round_trip()
    {
        using TorchSharp.DisposeScope scope = NewDisposeScope();
        Dictionary<string, Tensor> written = new()
        {
            ["f32"] = randn(3, 5),
            ["f16"] = randn(7).to(ScalarType.Float16),
            ["bf16"] = randn(2, 1, 3).to(ScalarType.BFloat16),
            ["i64"] = arange(-3, 4),
            ["i32"] = arange(5).to(ScalarType.Int32),
            ["u8"] = arange(9).to(ScalarType.Byte),
            ["bool"] = tensor(new[] { true, false, true }),
            ["scalar"] = tensor(2.5f),
            ["nothing"] = empty(0, 4),
            ["transposed"] = arange(6).view(2, 3).t(),
        };

        SafetensorsWriter.Write(FilePath, written, metadata: new Dictionary<string, string> { ["made_by"] = "test" });

        using SafetensorsReader reader = SafetensorsReader.Open(FilePath);
        reader.Entries.Keys.Order().ShouldBe(written.Keys.Order());
        reader.Metadata["format"].ShouldBe("pt");
        reader.Metadata["made_by"].ShouldBe("test");
        foreach ((string name, Tensor tensor) in written)
        {
            Tensor read = reader.Map(name);
            read.dtype.ShouldBe(tensor.dtype);
            read.shape.ShouldBe(tensor.shape);
            read.eq(tensor).all().item<bool>().ShouldBeTrue(name);
        }
        Directory.GetFiles(_folder).ShouldBe([FilePath]);
    }

    [Fact]
    public void Floating_point_tensors_are_converted_on_request_and_integers_are_not()
    {
        using TorchSharp.DisposeScope scope = NewDisposeScope();
        SafetensorsWriter.Write(FilePath, new Dictionary<string, Tensor> { ["w"] = randn(4), ["n"] = arange(3) }, ScalarType.BFloat16);
        using SafetensorsReader reader = SafetensorsReader.Open(FilePath);
        reader.Entries["w"].DType.ShouldBe(ScalarType.BFloat16);
        reader.Entries["n"].DType.ShouldBe(ScalarType.Int64);
    }

    [Fact]
    public void Shards_are_found_through_their_index()
    {
        using TorchSharp.DisposeScope scope = NewDisposeScope();
        Dictionary<string, Tensor> written = Enumerable.Range(0, 5)
            .ToDictionary(i => "layer." + i, i => full([10, 10], i, ScalarType.Float32));

        SafetensorsWriter.WriteCheckpoint(_folder, written, maxShardBytes: 900);

        Directory.GetFiles(_folder, "*.safetensors").Length.ShouldBe(3);
        using SafetensorsCheckpoint checkpoint = SafetensorsCheckpoint.Open(_folder);
        checkpoint.Names.Count.ShouldBe(5);
        checkpoint.Map("layer.4")[0, 0].item<float>().ShouldBe(4f);
    }

    [Fact]
    public void Tensors_made_for_a_checkpoint_can_be_freed_file_by_file()
    {
        using TorchSharp.DisposeScope scope = NewDisposeScope();
        int alive = 0, most = 0;
        IEnumerable<KeyValuePair<string, Tensor>> made = Enumerable.Range(0, 9).Select(i =>
        {
            most = Math.Max(most, ++alive);
            return KeyValuePair.Create("layer." + i, full([10, 10], i, ScalarType.Float32));
        });
        SafetensorsWriter.WriteCheckpoint(_folder, made, maxShardBytes: 900, written: tensor =>
        {
            alive--;
            tensor.Dispose();
        });
        (alive, most).ShouldBe((0, 3), "two in a file, and the one that did not fit");
        using SafetensorsCheckpoint checkpoint = SafetensorsCheckpoint.Open(_folder);
        checkpoint.Map("layer.8")[9, 9].item<float>().ShouldBe(8f);
    }

    [Fact]
    public void Weights_that_lay_there_before_are_not_left_for_a_reader_to_take()
    {
        using TorchSharp.DisposeScope scope = NewDisposeScope();
        Dictionary<string, Tensor> Weights(float value) =>
            Enumerable.Range(0, 5).ToDictionary(i => "layer." + i, _ => full([10, 10], value));
        File.WriteAllText(Path.Combine(_folder, "adapter_model.safetensors"), "not ours");

        SafetensorsWriter.WriteCheckpoint(_folder, Weights(1));
        SafetensorsWriter.WriteCheckpoint(_folder, Weights(2), maxShardBytes: 900);
        using (SafetensorsCheckpoint shards = SafetensorsCheckpoint.Open(_folder))
            shards.Map("layer.0")[0, 0].item<float>().ShouldBe(2f);
        SafetensorsWriter.WriteCheckpoint(_folder, Weights(3));

        Directory.GetFiles(_folder).Select(Path.GetFileName).Order().ShouldBe(["adapter_model.safetensors", "model.safetensors"]);
    }

    [Fact]
    public void Data_that_is_not_aligned_is_read_right()
    {
        const string header = """{"w":{"dtype":"F32","shape":[3],"data_offsets":[0,12]}}""";
        byte[] bytes = new byte[8 + header.Length + 12];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, header.Length);
        Encoding.ASCII.GetBytes(header, bytes.AsSpan(8));
        for (int i = 0; i < 3; i++)
            BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(8 + header.Length + 4 * i), i + 0.5f);
        (header.Length % 4).ShouldNotBe(0);
        File.WriteAllBytes(FilePath, bytes);

        using SafetensorsReader reader = SafetensorsReader.Open(FilePath);
        using Tensor read = reader.Map("w");
        using Tensor copied = zeros(3, dtype: ScalarType.Float64);
        reader.CopyTo("w", copied);

        read.data<float>().ToArray().ShouldBe([0.5f, 1.5f, 2.5f]);
        copied.data<double>().ToArray().ShouldBe([0.5, 1.5, 2.5]);
    }

    [Fact]
    public void Copy_larger_than_a_chunk_is_complete()
    {
        using Tensor large = arange(9_000_000).to(ScalarType.Float32);
        SafetensorsWriter.Write(FilePath, new Dictionary<string, Tensor> { ["w"] = large });
        using SafetensorsReader reader = SafetensorsReader.Open(FilePath);
        using Tensor target = zeros_like(large);
        reader.CopyTo("w", target);
        target.eq(large).all().item<bool>().ShouldBeTrue();
    }

    [Theory]
    [InlineData("""{"w":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}""", "shape and data_offsets disagree")]
    [InlineData("""{"w":{"dtype":"F32","shape":[30],"data_offsets":[0,120]}}""", "ends at byte")]
    [InlineData("""{"w":{"dtype":"F8_E4M3","shape":[1],"data_offsets":[0,1]}}""", "element type F8_E4M3")]
    [InlineData("""{"w":{"dtype":"F32","shape":[9999999999,9999999999],"data_offsets":[0,8]}}""", "unreadable header")]
    [InlineData("""{"w":3}""", "unreadable header")]
    [InlineData("[1]", "no JSON object")]
    [InlineData("{", "unreadable header")]
    public void Damaged_header_is_refused_by_file_and_reason(string header, string reason)
    {
        byte[] bytes = new byte[8 + header.Length + 12];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, header.Length);
        Encoding.ASCII.GetBytes(header, bytes.AsSpan(8));
        File.WriteAllBytes(FilePath, bytes);

        string message = Should.Throw<InputException>(() => SafetensorsReader.Open(FilePath)).Message;
        message.ShouldStartWith(FilePath);
        message.ShouldContain(reason);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(5)]
    [InlineData(100)]
    public void Truncated_file_is_refused(int length)
    {
        using (Tensor w = randn(100))
            SafetensorsWriter.Write(FilePath, new Dictionary<string, Tensor> { ["w"] = w });
        using (FileStream file = File.OpenWrite(FilePath))
            file.SetLength(length);
        Should.Throw<InputException>(() => SafetensorsReader.Open(FilePath)).Message.ShouldContain("download or copy it again");
    }

    [Fact]
    public void Missing_folder_and_missing_weights_name_the_folder_and_the_fix()
    {
        string absent = Path.Combine(_folder, "absent");
        Should.Throw<InputException>(() => SafetensorsCheckpoint.Open(absent)).Message
            .ShouldBe($"{absent}: no such model folder; give the path of one, or fetch it with `./pipeline pull MODEL_ID`.");
        Should.Throw<InputException>(() =>
            SafetensorsCheckpoint.Open(_folder)).Message.ShouldContain("model.safetensors.index.json is there");
    }

    [Fact]
    public void Loader_lists_every_disagreement_at_once()
    {
        using TorchSharp.DisposeScope scope = NewDisposeScope();
        SafetensorsWriter.Write(FilePath, new Dictionary<string,
            Tensor>
        { ["same"] = ones(2), ["extra"] = ones(1), ["wide"] = ones(2, 3) });
        using SafetensorsCheckpoint checkpoint = SafetensorsCheckpoint.Open(_folder);
        Dictionary<string, Tensor> parameters = new() { ["same"] = zeros(2), ["absent"] = zeros(1), ["wide"] = zeros(3) };

        string message = Should.Throw<InputException>(() => WeightLoader.Load(parameters, checkpoint)).Message;

        message.ShouldContain("1 missing: absent; 1 unexpected: extra; 1 misshapen: wide is [2, 3], expected [3]");
        parameters["same"].sum().item<float>().ShouldBe(0f, "nothing is loaded when something disagrees");
    }

    [Fact]
    public void Loader_converts_to_the_parameters_type_and_follows_renames()
    {
        using TorchSharp.DisposeScope scope = NewDisposeScope();
        SafetensorsWriter.Write(FilePath, new Dictionary<string, Tensor> { ["a.w"] = full([2], 1.5f), ["junk"] = ones(1) });
        using SafetensorsCheckpoint checkpoint = SafetensorsCheckpoint.Open(_folder);
        Tensor target = zeros(2, ScalarType.BFloat16);

        WeightLoader.Load([new("w", target)], checkpoint, n => n == "junk" ? null : n["a.".Length..]);

        target.to(ScalarType.Float32).data<float>().ToArray().ShouldBe([1.5f, 1.5f]);
    }
}
