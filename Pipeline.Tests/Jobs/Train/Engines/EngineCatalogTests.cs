using Microsoft.Extensions.Configuration;
using Pipeline.Jobs.Train;
using Pipeline.Jobs.Train.Engines;
using Pipeline.Models;

namespace Pipeline.Tests.Jobs.Train.Engines;

public sealed class EngineCatalogTests
{
    [Fact]
    public void Llamafactory_is_there_without_configuration_and_can_be_defined_otherwise()
    {
        Read().Names.ShouldBe([TrainOptions.Builtin, "llamafactory"]);
        Read().Find(TrainOptions.Builtin).ShouldBeNull();
        EngineDefinition usual = Read().Find("llamafactory").ShouldNotBeNull();
        usual.Command.Words.ShouldBe(["llamafactory-cli", "train", "{config}"]);
        usual.Local.ShouldBeTrue();

        EngineDefinition torchrun = Read(("llamafactory:Environment:FORCE_TORCHRUN", "1"),
            ("llamafactory:Settings:deepspeed", "/etc/ds.json")).Find("llamafactory").ShouldNotBeNull();
        torchrun.Command.Words.ShouldBe(usual.Command.Words);
        torchrun.Environment.ShouldBe(new Dictionary<string, string> { ["FORCE_TORCHRUN"] = "1" });
        ((string?)torchrun.Settings["deepspeed"]).ShouldBe("/etc/ds.json");
        Read(("llamafactory:Command", "/opt/lf/bin/cli train {config}")).Find("llamafactory")
            .ShouldNotBeNull().Command.Program.ShouldBe("/opt/lf/bin/cli");
    }

    [Fact]
    public void An_engine_has_all_that_the_operator_says()
    {
        EngineCatalog catalog = Read(("Cluster:Command:0", "srun"), ("Cluster:Command:1", "{config}"),
            ("Cluster:Cancel", "scancel --name={run_id}"), ("Cluster:Local", "false"), ("Cluster:GraceSeconds", "2.5"),
            ("Cluster:Settings:ray_init_kwargs:address", "auto"), ("Cluster:Settings:ddp_timeout", "1800"),
            ("Cluster:Settings:dataloader_num_workers", "4"));
        EngineDefinition engine = catalog.Find("cluster").ShouldNotBeNull();
        engine.Command.Words.ShouldBe(["srun", "{config}"]);
        engine.Cancel.ShouldNotBeNull().Words.ShouldBe(["scancel", "--name={run_id}"]);
        engine.Grace.ShouldBe(TimeSpan.FromSeconds(2.5));
        engine.Settings["ray_init_kwargs"]!.ToJsonString().ShouldBe("""{"address":"auto"}""");
        engine.Settings["ddp_timeout"]!.ToJsonString().ShouldBe("1800");
        catalog.IsRemote("cluster").ShouldBeTrue();
        catalog.IsRemote("llamafactory").ShouldBeFalse();
        catalog.IsRemote("nobody").ShouldBeFalse();
    }

    [Fact]
    public void An_unknown_name_is_answered_with_the_nearest_and_all() =>
        Should.Throw<InputException>(() => Read(("cluster:Command", "x {config}")).Find("clutser")).Message.ShouldBe(
            "train.engine: no engine is called 'clutser'; did you mean cluster? This server has builtin, cluster, llamafactory; others "
            + "are defined in its configuration (Engines:NAME:Command)");

    [Theory]
    [InlineData("x:Local", "true", "Engines:x:Command: is missing; give for example: llamafactory-cli train {config}")]
    [InlineData("llamafactory:Comand", "x", "Engines:llamafactory:Comand: unknown setting; did you mean Command?")]
    [InlineData("llamafactory:Local", "maybe", "Engines:llamafactory:Local: 'maybe' is not true or false")]
    [InlineData("llamafactory:GraceSeconds", "-1", "Engines:llamafactory:GraceSeconds: '-1' is not a number of seconds, at most 3600")]
    [InlineData("llamafactory:Settings:output_dir", "/x",
        "Engines:llamafactory:Settings: output_dir: is filled in by each run; take it out")]
    [InlineData("builtin:Command", "x {config}",
        "Engines:builtin: cannot be the name of an engine; use letters, digits, - and _, and not builtin")]
    public void Faults_name_the_setting(string key, string value, string message) =>
        Should.Throw<InputException>(() => Read((key, value))).Message.ShouldBe(message);

    [Fact]
    public void What_changes_the_result_changes_the_key()
    {
        (string, string)[][] others =
        [
            [("x:Command", "a {config}")], [("y:Command", "a {config}")], [("x:Command", "a -v {config}")],
                [("x:Command", "a {config}"), ("x:Environment:N", "2")],
            [("x:Command", "a {config}"), ("x:Settings:deepspeed", "/d.json")],
        ];
        others.Select(o => Read(o).Find(o[0].Item1[..1])!.Key).Distinct().Count().ShouldBe(5);
        string key = Read(others[0]).Find("x")!.Key;
        Read([.. others[0], ("x:Local", "false"), ("x:GraceSeconds", "60"), ("x:Cancel", "stop it")]).Find("x")!.Key.ShouldBe(key);
    }

    [Fact]
    public void A_program_that_is_not_installed_is_named_with_the_way_out()
    {
        Should.Throw<MissingPrerequisiteException>(() =>
            Read(("llamafactory:Environment:PATH", "/nowhere")).Find("llamafactory")!.FindProgram()).Message.ShouldBe(
            "train.engine: llamafactory: the program llamafactory-cli is not on PATH; install LLaMA-Factory (pip install llamafactory) "
            + "for the user that runs the workers, or set Engines:llamafactory:Command to where it is");
        Should.Throw<MissingPrerequisiteException>(() =>
            Read(("x:Command", "/etc/passwd {config}")).Find("x")!.FindProgram()).Message.ShouldStartWith(
            "train.engine: x: the program /etc/passwd is not there, or not executable; ");
        Read(("x:Command", "sh {config}")).Find("x")!.FindProgram().ShouldEndWith("/sh");
    }

    private static EngineCatalog Read(params (string Key, string Value)[] settings)
    {
        EngineCatalog catalog = new();
        catalog.Read(new ConfigurationBuilder().AddInMemoryCollection(settings.Select(s =>
            KeyValuePair.Create("Engines:" + s.Key, (string?)s.Value))).Build().GetSection("Engines"));
        return catalog;
    }
}
