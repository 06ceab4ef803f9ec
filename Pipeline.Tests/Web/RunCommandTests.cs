using Pipeline.Jobs;
using Pipeline.Web;
using Pipeline.Web.Commands;
using Pipeline.Web.Commands.Runs;

namespace Pipeline.Tests.Web;

public sealed class RunCommandTests
{
    [Fact]
    public async Task Wrong_folders_and_settings_end_with_code_2_and_a_message_before_anything_is_started()
    {
        using TemporaryFolder folder = new();
        await File.WriteAllTextAsync(folder.File("run.yaml"), """
            base_mdel: x
            caption: {enabled: false}
            train: {engine: other}
            training: {lora_rank: 0, lora_target: q_proj}
            """, TestContext.Current.CancellationToken);
        (int code, string error) = await RunAsync("run", folder.Path, "--config", folder.File("run.yaml"), "--data", folder.File("data"));
        code.ShouldBe(ExitCodes.BadUsage);
        error.ShouldStartWith($"""
            error: {folder.File("run.yaml")}: 4 faults:
              - folder: {folder.Path} has no .pdf files; put the documents there or give another folder
              - base_mdel: unknown name; did you mean base_model?
              - training.lora_rank: 0 is out of range; use 1 to 65536
              - train.engine: no engine is called 'other'; did you mean 
            """.ReplaceLineEndings("\n"));
        Directory.Exists(folder.File("data")).ShouldBeFalse();

        (code, error) = await RunAsync("run", folder.File("none"), "--data", folder.File("data"));
        code.ShouldBe(ExitCodes.BadUsage);
        error.ShouldContain("none: no such folder; give the folder that holds the PDFs");
        Directory.Exists(folder.File("data")).ShouldBeFalse();

        (code, error) = await RunAsync("run", folder.Path, "--data", folder.File("data"));
        code.ShouldBe(ExitCodes.BadUsage);
        error.ShouldContain("has no .pdf files");

        await File.WriteAllTextAsync(folder.File("a.pdf"), "%PDF", TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(folder.File("run.yaml"), "training: {lora_target: [q_proj, k_proj]}",
            TestContext.Current.CancellationToken);
        (code, error) = await RunAsync("run", folder.Path, "--config", folder.File("run.yaml"), "--data", folder.File("data"));
        code.ShouldBe(ExitCodes.BadUsage);
        error.ShouldContain(
            "training.lora_target: q_proj, k_proj are no linear layers of this model; it has qkv_proj, o_proj, gate_up_proj, down_proj");
        Directory.Exists(folder.File("data")).ShouldBeFalse();
    }

    [Fact]
    public void The_demo_trains_the_starter_model_on_the_samples()
    {
        RunOptions options = DemoCommand.Options(retrain: false);
        File.Exists(Path.Combine(options.BaseModel, "config.json")).ShouldBeTrue();
        File.Exists(Path.Combine(options.Caption.Model, "config.json")).ShouldBeTrue();
    }

    private static async Task<(int Code, string Error)> RunAsync(params string[] args)
    {
        using StringWriter output = new(), error = new();
        int code = await CommandLine.RunAsync(args, output, error);
        return (code, error.ToString());
    }
}
