using System.Reflection;
using System.Runtime.InteropServices;
using System.Runtime.Loader;
using System.Security.Cryptography;

namespace Pipeline.Models.Runtime;

/// <summary>
/// Finds and loads TorchSharp's native library where the runtime's own search fails: on hosts with an older libstdc++,
/// through a patched copy (<see cref="CompatibleLibrary"/>), and with a libtorch outside the application
/// (<c>TORCH_LIB_DIR</c>). On other hosts the runtime loads the file itself and this handler is never asked.
/// </summary>
internal static class NativeTorch
{
    /// <summary>Directory of an installed libtorch, as in PyTorch's <c>torch/lib</c>.</summary>
    internal const string DirectoryVariable = "TORCH_LIB_DIR";
    /// <summary>Name under which this library's code imports libtorch's own functions.</summary>
    internal const string CoreLibrary = "torch_cpu";

    private const string LibraryName = "LibTorchSharp";
    private const string FileName = "libLibTorchSharp.so";

    private static readonly Lock Gate = new();
    private static nint _handle;

    /// <summary>Registers the handler. Call once, before the first use of TorchSharp.</summary>
    public static void Register()
    {
        if (OperatingSystem.IsLinux())
            AssemblyLoadContext.Default.ResolvingUnmanagedDll += Resolve;
    }

    /// <summary>Whether the host's libstdc++ has what the unpatched library needs.</summary>
    public static bool HostIsNewEnough() =>
        NativeLibrary.TryLoad("libstdc++.so.6", out nint handle)
        && NativeLibrary.TryGetExport(handle, CompatibleLibrary.NewSymbol, out _);

    /// <summary>The directory where this build carries <paramref name="fileName"/>, or null.</summary>
    public static string? DirectoryOf(string fileName) =>
        SearchDirectories().FirstOrDefault(d => File.Exists(Path.Combine(d, fileName)));

    /// <summary>Writes the patched copy of <paramref name="library"/> under <paramref name="cache"/> if it is not there.</summary>
    /// <returns>The path to load: the copy, or <paramref name="library"/> itself when it needs no patch.</returns>
    public static string PatchedCopy(string library, string cache)
    {
        byte[] image = File.ReadAllBytes(library);
        string key = Convert.ToHexStringLower(SHA256.HashData(image))[..16];
        if (!CompatibleLibrary.Patch(image))
            return library;

        string directory = Path.Combine(cache, key);
        string copy = Path.Combine(directory, FileName);
        if (File.Exists(copy) && File.ReadAllBytes(copy).AsSpan().SequenceEqual(image))
            return copy;
        Directory.CreateDirectory(directory);
        string temporary = Path.Combine(directory, Path.GetRandomFileName());
        try
        {
            File.WriteAllBytes(temporary, image);
            File.Move(temporary, copy, overwrite: true);        // other processes see no file or a complete one
        }
        finally
        {
            File.Delete(temporary);
        }
        return copy;
    }

    private static nint Resolve(Assembly assembly, string name)
    {
        // libtorch outside the application: loaded with the rest, so the process already has it under this name.
        if (name == CoreLibrary)
            return NativeLibrary.TryLoad("libtorch_cpu.so", out nint core) ? core : 0;
        if (name != LibraryName)
            return 0;
        lock (Gate)
        {
            if (_handle == 0)
                _handle = Load();
            return _handle;
        }
    }

    private static nint Load()
    {
        string? directory = DirectoryOf(FileName);
        if (directory is null)
            return 0;
        string library = Path.Combine(directory, FileName);
        string toLoad = HostIsNewEnough() ? library : PatchedCopy(library, CacheDirectory());

        // The copy is in another folder than libtorch: what it needs must be in the process by soname before it is loaded.
        string? torch = DirectoryOf("libtorch_cpu.so") ?? Environment.GetEnvironmentVariable(DirectoryVariable);
        if (torch is not null)
            Preload(torch);
        return NativeLibrary.Load(toLoad);
    }

    private static void Preload(string directory)
    {
        foreach (string gomp in Directory.EnumerateFiles(directory, "libgomp*.so*"))
            NativeLibrary.TryLoad(gomp, out _);
        foreach (string file in new[] { "libc10.so", "libtorch_cpu.so", "libc10_cuda.so", "libtorch_cuda.so", "libtorch.so" })
        {
            string path = Path.Combine(directory, file);
            if (File.Exists(path))
                NativeLibrary.Load(path);
        }
    }

    private static IEnumerable<string> SearchDirectories()
    {
        string listed = AppContext.GetData("NATIVE_DLL_SEARCH_DIRECTORIES") as string ?? "";
        return listed.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Append(AppContext.BaseDirectory)
            .Append(Path.Combine(AppContext.BaseDirectory, "runtimes", "linux-x64", "native"));
    }

    private static string CacheDirectory()
    {
        string? root = Environment.GetEnvironmentVariable("XDG_CACHE_HOME");
        if (string.IsNullOrEmpty(root))
        {
            string home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
            root = home.Length > 0 ? Path.Combine(home, ".cache") : null;
        }
        // A service account may have no writable home; then each user gets its own directory next to the temporary files.
        string fallback = Path.Combine(Path.GetTempPath(), "pipeline-" + Environment.UserName);
        return Path.Combine(root is not null && IsWritable(root) ? root : fallback, "pipeline", "native");
    }

    private static bool IsWritable(string directory)
    {
        try
        {
            Directory.CreateDirectory(Path.Combine(directory, "pipeline", "native"));
            string probe = Path.Combine(directory, "pipeline", "native", Path.GetRandomFileName());
            File.WriteAllBytes(probe, []);
            File.Delete(probe);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
