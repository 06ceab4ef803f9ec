using System.Runtime.InteropServices;
using Pipeline.Models;
using Pipeline.Models.Training;
using Pipeline.Models.Training.Configuration;
using Pipeline.Models.Training.Loop;
using static TorchSharp.torch;

namespace Pipeline.Tests.Models.Training;

public sealed class MemoryFaultTests
{
    private static readonly TrainingArguments Arguments = TinyTraining.Arguments("out") with { CutoffLen = 512, EvalBatchSize = 1 };

    [Fact]
    public void A_failed_allocation_of_libtorch_is_known_and_says_how_much_was_asked_for()
    {
        Exception failure = Should.Throw<ExternalException>(() => empty(1L << 48, ScalarType.Float32));
        MemoryFault.Is(failure).ShouldBeTrue();
        MemoryExhaustedException error = MemoryFault.InStep(failure, Arguments, step: 7, longest: 480);
        error.ShouldBeAssignableTo<InputException>();
        error.Message.ShouldStartWith(
            "out of memory at step 7, whose longest example has 480 tokens: 1 PiB more were asked for and are not there."
            + " Use a smaller per_device_train_batch_size (now 2; more gradient_accumulation_steps keep the step as it is), or a smaller "
            + "cutoff_len (now 512)");
        error.Message.ShouldContain("or bf16: true");
        error.InnerException.ShouldBe(failure);
    }

    [Theory]
    [InlineData("CUDA out of memory. Tried to allocate 2.50 GiB. GPU 0 has a total capacity of 15.77 GiB of which 1.19 MiB is free.",
        "2.5 GiB")]
    [InlineData("CUDA out of memory. Tried to allocate 20.00 MiB (GPU 0; 14.76 GiB total capacity)", "20 MiB")]
    [InlineData(
        "[enforce fail at alloc_cpu.cpp:121] err == 0. DefaultCPUAllocator: can't allocate memory: you tried to allocate 1572864 bytes. "
        + "Error code 12 (Cannot allocate memory)", "1.5 MiB")]
    public void The_amount_is_read_from_the_message_of_either_allocator(string message, string amount)
    {
        MemoryFault.Is(new ExternalException(message)).ShouldBeTrue();
        MemoryFault.WhileLoading(new ExternalException(message),
            Arguments).Message.ShouldStartWith($"out of memory while tiny was loaded: {amount} more were asked for");
    }

    [Theory]
    [InlineData("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`")]
    [InlineData("unable to mmap 8000000000 bytes from file <model.safetensors>: Cannot allocate memory (12)")]
    [InlineData("std::bad_alloc")]
    public void A_message_without_an_amount_is_known_too(string message)
    {
        MemoryFault.Is(new ExternalException(message)).ShouldBeTrue();
        MemoryFault.InEvaluation(new ExternalException(message), Arguments,
            10).Message.ShouldStartWith("out of memory in the evaluation after step 10. Use a smaller cutoff_len (now 512), or ");
    }

    [Fact]
    public void What_would_be_refused_or_is_done_already_is_not_advised()
    {
        OutOfMemoryException failure = new();
        MemoryFault.Is(failure).ShouldBeTrue();
        string message = MemoryFault.InStep(failure, Arguments with { TrainBatchSize = 1, Bf16 = true, CutoffLen = 4 }, 1, 4).Message;
        message.ShouldNotContain("batch_size");
        message.ShouldNotContain("bf16");
        message.ShouldNotContain("cutoff_len");
        message.ShouldEndWith("a smaller base model");
        MemoryFault.InStep(failure, Arguments with { Fp16 = true }, 1, 4).Message.ShouldNotContain("bf16");
    }

    [Theory]
    [InlineData("lora_rank=65536", "out of memory while the adapter and its optimizer were made: ")]
    [InlineData("per_device_train_batch_size=1500", "out of memory at step 1, whose longest example has 256 tokens: ")]
    public async Task A_training_that_runs_out_of_memory_ends_with_2_and_names_the_keys(string setting, string start)
    {
        using TemporaryFolder folder = new();
        File.WriteAllLines(folder.File("data.jsonl"),
            Enumerable.Repeat($$"""{"instruction": "Count.", "output": "{{string.Join(' ', Enumerable.Range(1, 99))}}"}""", 1500));
        File.WriteAllText(folder.File("train.yaml"), $"""
            model_name_or_path: {Path.Combine(GoldenFiles.Root, "phi4-tiny")}
            dataset_dir: {folder.Path}
            dataset: data.jsonl
            template: alpaca
            output_dir: {folder.File("out")}
            max_steps: 1
            device: cpu
            """);
        using HostProcess training = HostProcess.StartWithin(5_000_000, "train", folder.File("train.yaml"), setting);
        (int code, _, string error) = await training.EndAsync();
        code.ShouldBe(2, error);
        error.ShouldContain("error: " + start);
        error.ShouldContain($"more were asked for and are not there. Use a smaller {setting.Split('=')[0]} (now {setting.Split('=')[1]}");
        error.ShouldNotContain("   at ");
    }

    [Fact]
    public void Other_failures_are_left_alone() =>
        MemoryFault.Is(new ExternalException("mat1 and mat2 shapes cannot be multiplied")).ShouldBeFalse();
}
