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

    [Fact]
    public void Absent_gpu_is_refused_with_the_number_found() =>
        Should.Throw<InputException>(() => TorchRuntime.ResolveDevice("cuda:99")).Message.ShouldContain("CUDA devices were found");
}
