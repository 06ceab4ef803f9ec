using Pipeline.Jobs.Dataset.Writing.Endpoints;
using Pipeline.Models;

namespace Pipeline.Tests.Jobs.Dataset.Writing;

public sealed class EndpointCatalogTests
{
    [Fact]
    public void An_endpoint_is_found_by_name_in_any_case_with_defaults_for_what_is_not_set()
    {
        EndpointOptions endpoint = WritingSetup.Catalog(("Endpoints:Local:Url", "http://gpu:8000/v1"), ("Endpoints:Local:Model", "qwen"))
            .Find("local");
        (endpoint.Url.ToString(), endpoint.Model, endpoint.Concurrency, endpoint.JsonMode, endpoint.ApiKey)
            .ShouldBe(("http://gpu:8000/v1", "qwen", 4, true, null));
    }

    [Theory]
    [InlineData("Url", "ftp://x/v1", "Endpoints:e:Url: is no http or https address")]
    [InlineData("Url", "http://user:pass@x/v1", "Endpoints:e:Url: holds a user")]
    [InlineData("Url", "", "Endpoints:e:Url: is missing")]
    [InlineData("Model", " ", "Endpoints:e:Model: is missing")]
    [InlineData("Concurrency", "0", "Endpoints:e:Concurrency: '0' is not a whole number from 1 to 256")]
    [InlineData("Timeout", "soon", "Endpoints:e:Timeout: 'soon' is not a number from 1 to 3600 seconds")]
    [InlineData("Temperature", "9", "Endpoints:e:Temperature: '9' is not a number from 0 to 2")]
    [InlineData("TopP", "NaN", "Endpoints:e:TopP: 'NaN' is not")]
    [InlineData("JsonMode", "always", "Endpoints:e:JsonMode: 'always' is not auto or off")]
    [InlineData("ApiKeyFile", "/nowhere/key", "Endpoints:e:ApiKeyFile: /nowhere/key cannot be read")]
    [InlineData("Headers:Authorization", "x", "Endpoints:e:Headers:Authorization: is set by the program")]
    [InlineData("Modell", "x", "Endpoints:e:Modell: unknown setting; did you mean Model?")]
    public void A_setting_that_cannot_be_used_is_named_when_a_run_asks_for_the_endpoint(string key, string value, string expected)
    {
        Dictionary<string, string> settings = new() { ["Url"] = "http://localhost/v1", ["Model"] = "m" };
        settings[key] = value;
        EndpointCatalog catalog = WritingSetup.Catalog([.. settings.Select(s => ($"Endpoints:e:{s.Key}", s.Value))]);
        catalog.FaultsOf("e", "setting").ShouldHaveSingleItem().ToString().ShouldStartWith(expected);
        Should.Throw<SettingsException>(() => catalog.Find("e")).Message.ShouldNotContain("pass");
    }

    [Fact]
    public void A_key_that_no_header_can_carry_is_refused_without_being_shown()
    {
        EndpointCatalog catalog = WritingSetup.Catalog(("Endpoints:e:Url", "http://x/v1"), ("Endpoints:e:Model", "m"),
            ("Endpoints:e:ApiKey", "two words"));
        SettingFault fault = catalog.FaultsOf("e", "setting").ShouldHaveSingleItem();
        fault.Setting.ShouldBe("Endpoints:e:ApiKey");
        fault.Problem.ShouldNotContain("two words");
    }

    [Fact]
    public void A_key_is_read_from_its_file()
    {
        using TemporaryFolder folder = new();
        File.WriteAllText(folder.File("key"), "secret\n");
        EndpointCatalog catalog = WritingSetup.Catalog(("Endpoints:e:Url", "http://x/v1"), ("Endpoints:e:Model", "m"),
            ("Endpoints:e:ApiKeyFile", folder.File("key")));
        EndpointOptions endpoint = catalog.Find("e");
        endpoint.ApiKey.ShouldBe("secret");
        endpoint.ToString().ShouldNotContain("secret");
    }

    [Fact]
    public void A_name_that_the_operator_did_not_define_is_refused_with_the_names_that_exist()
    {
        EndpointCatalog catalog = WritingSetup.Catalog(("Endpoints:e:Url", "http://x/v1"));
        SettingFault fault = catalog.FaultsOf("http://evil/v1", "the.setting").ShouldHaveSingleItem();
        fault.Setting.ShouldBe("the.setting");
        fault.Problem.ShouldContain("this server has base, e;");
        catalog.FaultsOf(null, "x").ShouldBeEmpty();
        catalog.FaultsOf("base", "x").ShouldBeEmpty();
    }
}
