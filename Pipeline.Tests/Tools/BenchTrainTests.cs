using System.Text.Json;
using Pipeline.Tools.Commands;
using Pipeline.Web.Commands;

namespace Pipeline.Tests.Tools;

public sealed class BenchTrainTests
{
    [Fact]
    public async Task Bench_train_measures_and_ends_with_one_json_line()
    {
        (int code, string output, string error) = await RunAsync("bench", "train", "--hidden", "64", "--layers", "2", "--heads", "4",
            "--kv-heads", "2",
            "--intermediate", "128", "--vocab", "256", "--seq", "32", "--batch", "2", "--rank", "4", "--steps", "2", "--dtype", "fp32",
            "--json");
        code.ShouldBe(0, error);
        JsonElement result = JsonDocument.Parse(output.TrimEnd().Split('\n')[^1]).RootElement;
        foreach (string key in (string[])["tokens_per_s", "step_s", "peak_rss_mib", "gflops", "gemm_fraction"])
            result.GetProperty(key).GetDouble().ShouldBeGreaterThan(0, key);
    }

    private static async Task<(int Code, string Output, string Error)> RunAsync(params string[] args)
    {
        StringWriter output = new(), error = new();
        int code = await CommandLine.RunAsync(ToolsCommandLine.CreateRoot(), args, output, error);
        return (code, output.ToString(), error.ToString());
    }
}
