using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Runtime.CompilerServices;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Models.Runtime;

/// <summary>The native side of TorchSharp: makes it load on this host, and names devices.</summary>
public static class TorchRuntime
{
    /// <summary>Checks that libtorch can be used. Repeated calls cost nothing.</summary>
    /// <exception cref="InputException">
    /// <c>TORCH_LIB_DIR</c> contains no libtorch, or this build already carries its own; or libtorch does not load.
    /// </exception>
    public static void Initialize() => _ = Loaded.Value;

    /// <summary>Turns a configured name into a device.</summary>
    /// <param name="name"><c>auto</c> (CUDA when there is one), <c>cpu</c>, <c>cuda</c> or <c>cuda:N</c>.</param>
    /// <exception cref="InputException">The name is none of these, or the machine has no such device.</exception>
    public static Device ResolveDevice(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        Initialize();
        string wanted = name.Trim().ToLowerInvariant();
        if (wanted == "cpu")
            return torch.CPU;
        int devices = torch.cuda.is_available() ? torch.cuda.device_count() : 0;
        if (wanted == "auto")
            return devices > 0 ? new Device(DeviceType.CUDA, 0) : torch.CPU;
        return new Device(DeviceType.CUDA, CudaIndex(name, wanted, devices, NativeTorch.DirectoryOf("libtorch_cuda.so") is not null));
    }

    /// <summary>The number of the GPU that a name refers to.</summary>
    /// <param name="name">As configured, for messages.</param>
    /// <param name="wanted">The same, trimmed and in lower case.</param>
    /// <param name="devices">GPUs that libtorch can use.</param>
    /// <param name="hasCuda">Whether this build carries CUDA at all.</param>
    /// <exception cref="InputException">As in <see cref="ResolveDevice"/>.</exception>
    internal static int CudaIndex(string name, string wanted, int devices, bool hasCuda)
    {
        int index = 0;
        bool known = wanted == "cuda" || (wanted.StartsWith("cuda:", StringComparison.Ordinal)
            && int.TryParse(wanted.AsSpan(5), NumberStyles.None, CultureInfo.InvariantCulture, out index));
        if (!known)
            throw new InputException($"device: '{name}' is unknown; use auto, cpu, cuda or cuda:N");
        if (devices == 0 && !hasCuda)
            throw new InputException(
                $"device: '{name}' was asked for, but this build computes on the CPU alone; use auto or cpu, or start it with "
                + $"TORCH_DEVICE=cuda ./pipeline");
        if (devices == 0)
            throw new InputException($"device: '{name}' was asked for, but no usable CUDA device was found; see whether nvidia-smi lists "
                + $"one, or use auto or cpu");
        if (index >= devices)
            throw new InputException(
                $"device: '{name}' was asked for, but there "
                + $"{(devices == 1 ? "is only cuda:0" : $"are only cuda:0 to cuda:{devices - 1}")}; use one of them, auto or cpu");
        return index;
    }

    [ModuleInitializer]
    [SuppressMessage("Usage", "CA2255",
        Justification = "The handler must be in place before the first use of TorchSharp by any type of this library.")]
    internal static void Register()
    {
        ThreadWaiting.Shorten();
        NativeTorch.Register();
    }

    private static readonly Lazy<bool> Loaded = new(Load);

    private static bool Load()
    {
        string? external = Environment.GetEnvironmentVariable(NativeTorch.DirectoryVariable);
        if (!string.IsNullOrEmpty(external))
            CheckExternal(external);
        try
        {
            using Tensor probe = torch.zeros(1);
            return true;
        }
        catch (Exception e) when (e
            is DllNotFoundException or TypeInitializationException or NotSupportedException or BadImageFormatException)
        {
            throw new InputException("libtorch does not load: " + (e.InnerException ?? e).Message, e);
        }
    }

    private static void CheckExternal(string directory)
    {
        // Two libtorch in one process corrupt each other's registries, and TorchSharp always loads the one next to it.
        if (NativeTorch.DirectoryOf("libtorch_cpu.so") is { } own)
            throw new InputException($"TORCH_LIB_DIR={directory}: this build carries its own libtorch in {own};"
                + " unset the variable, or build with -p:TorchDevice=external.");
        if (!File.Exists(Path.Combine(directory, "libtorch_cpu.so")))
            throw new InputException($"TORCH_LIB_DIR={directory}: no libtorch_cpu.so there; name the lib folder of a libtorch 2.10 or "
                + $"PyTorch 2.10 installation.");
    }
}
