using Pipeline.Models;
using Pipeline.Models.Runtime;
using TorchSharp;

namespace Pipeline.Tests.Models.Runtime;

public sealed class TorchRuntimeTests
{
    [Fact]
    public void Torch_computes_on_this_host()
    {
        TorchRuntime.Initialize();
        using torch.Tensor two = torch.ones(2, 2).matmul(torch.ones(2, 2));
        two[0, 1].item<float>().ShouldBe(2f);
    }

    [Fact]
    public void Cpu_and_auto_name_a_device() =>
        new[] { "cpu", " CPU ", "auto" }.Select(n => TorchRuntime.ResolveDevice(n).type)
            .ShouldAllBe(t => t == DeviceType.CPU || t == DeviceType.CUDA);

    [Theory]
    [InlineData("tpu")]
    [InlineData("cuda:x")]
    [InlineData("cuda:-1")]
    public void Unknown_device_is_refused_with_the_known_ones(string name) =>
        Should.Throw<InputException>(() => TorchRuntime.ResolveDevice(name)).Message.ShouldContain("use auto, cpu, cuda or cuda:N");

    [Theory]
    [InlineData("cuda", 0, false,
        "device: 'cuda' was asked for, but this build computes on the CPU alone; use auto or cpu, or start it with TORCH_DEVICE=cuda "
        + "./pipeline")]
    [InlineData("cuda", 0, true,
        "device: 'cuda' was asked for, but no usable CUDA device was found; see whether nvidia-smi lists one, or use auto or cpu")]
    [InlineData("cuda:1", 1, true, "device: 'cuda:1' was asked for, but there is only cuda:0; use one of them, auto or cpu")]
    [InlineData("cuda:7", 4, true, "device: 'cuda:7' was asked for, but there are only cuda:0 to cuda:3; use one of them, auto or cpu")]
    public void A_gpu_that_is_not_there_is_refused_with_what_is(string name, int devices, bool hasCuda, string message) =>
        Should.Throw<InputException>(() => TorchRuntime.CudaIndex(name, name, devices, hasCuda)).Message.ShouldBe(message);

    [Theory]
    [InlineData("cuda", 0)]
    [InlineData("cuda:0", 0)]
    [InlineData("cuda:2", 2)]
    public void A_gpu_is_chosen_by_its_number(string name, int index) => TorchRuntime.CudaIndex(name, name, 3, true).ShouldBe(index);

    [Fact]
    public void An_absent_gpu_is_refused() =>
        Should.Throw<InputException>(() =>
            TorchRuntime.ResolveDevice("CUDA:99")).Message.ShouldStartWith("device: 'CUDA:99' was asked for, but ");
}
