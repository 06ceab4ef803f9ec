using System.Reflection;
using System.Runtime.InteropServices;
using Pipeline.Models;

namespace Pipeline.Jobs.Extract.Rendering;

/// <summary>Finds, loads and initialises PDFium once per process, and holds its one lock.</summary>
internal static class PdfiumLibrary
{
    internal const string PathVariable = "PIPELINE_PDFIUM";
    internal const string LibreOfficePath = "/usr/lib/libreoffice/program/libpdfiumlo.so";

    private static readonly Lazy<bool> Loaded = new(LoadAndInitialise);

    /// <summary>PDFium keeps global state: every call into it, from any document, happens under this lock.</summary>
    public static Lock Gate { get; } = new();

    /// <summary>Loads PDFium if it is not yet loaded.</summary>
    /// <exception cref="MissingPrerequisiteException">No PDFium on this machine; the message says how to install it.</exception>
    public static void EnsureLoaded() => _ = Loaded.Value;

    private static bool LoadAndInitialise()
    {
        nint handle = Load(Environment.GetEnvironmentVariable(PathVariable), AppContext.BaseDirectory, LibreOfficePath);
        NativeLibrary.SetDllImportResolver(
            typeof(PdfiumNative).Assembly,
            (name, _, _) => name == PdfiumNative.Library ? handle : 0);
        lock (Gate)
            PdfiumNative.InitLibrary();
        return true;
    }

    /// <summary>The library in order of preference: named by the user, beside the app, of the system, of LibreOffice.</summary>
    internal static nint Load(string? configured, string appFolder, string libreOffice)
    {
        if (!string.IsNullOrEmpty(configured))
        {
            return NativeLibrary.TryLoad(configured, out nint named)
                ? named
                : throw new MissingPrerequisiteException(
                    $"{PathVariable}={configured}: this file cannot be loaded as a shared library; correct or unset the variable");
        }

        string runtime = RuntimeInformation.RuntimeIdentifier;
        string[] candidates =
        [
            Path.Combine(appFolder, "libpdfium.so"),
            Path.Combine(appFolder, "pdfium.so"),
            Path.Combine(appFolder, "runtimes", runtime, "native", "libpdfium.so"),
            Path.Combine(appFolder, "runtimes", runtime, "native", "pdfium.so"),
            Path.Combine(appFolder, "runtimes", "linux", "native", "pdfium.so"), // where Docnet.Core puts it
        ];
        foreach (string candidate in candidates)
            if (File.Exists(candidate) && NativeLibrary.TryLoad(candidate, out nint beside)) return beside;
        if (NativeLibrary.TryLoad("libpdfium.so", Assembly.GetExecutingAssembly(), DllImportSearchPath.SafeDirectories, out nint system))
            return system;
        if (File.Exists(libreOffice) && NativeLibrary.TryLoad(libreOffice, out nint office))
            return office;
        throw new MissingPrerequisiteException(
            $"PDFium was not found (looked for {PathVariable}, libpdfium.so beside the program and on the system, and {libreOffice}); "
            + "install it with: apt-get install --no-install-recommends libreoffice-core-nogui");
    }
}
