using System.Net;
using Pipeline.Models;
using Pipeline.Web.Security;

namespace Pipeline.Tests.Web;

public sealed class AccessTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    private const string Token = "correct-horse-battery";

    [Theory]
    [InlineData("/api/runs")]
    [InlineData("/v1/models")]
    [InlineData("/metrics")]
    [InlineData("/openapi/v1.json")]
    [InlineData("/hangfire")]
    public async Task With_a_token_configured_everything_asks_for_it(string path)
    {
        await using TestWebServer server = await TestWebServer.StartAsync(database, token: Token);
        (await server.GetAsync(path)).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        (await server.GetAsync(path, ("Authorization", "Bearer wrong"))).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        (await server.GetAsync(path, ("Authorization", "Bearer"))).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        (await server.GetAsync(path, ("Authorization", $"Basic {Token}"))).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        (await server.GetAsync(path, ("Authorization", $"Bearer {Token}"))).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Without_a_token_loopback_is_open()
    {
        await using TestWebServer server = await TestWebServer.StartAsync(database);
        (await server.GetAsync("/api/runs")).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await server.GetAsync("/hangfire")).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_browser_signs_in_with_the_token_and_then_uses_its_cookie()
    {
        await using TestWebServer server = await TestWebServer.StartAsync(database, token: Token);
        using HttpResponseMessage page = await server.GetAsync("/runs?x=1", ("Accept", "text/html"));
        page.StatusCode.ShouldBe(HttpStatusCode.Redirect);
        page.Headers.Location!.ToString().ShouldBe("/login?next=%2Fruns%3Fx%3D1");

        using HttpResponseMessage refused = await SignInAsync(server, "wrong", "/runs");
        refused.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        refused.Headers.Contains("Set-Cookie").ShouldBeFalse();

        using HttpResponseMessage accepted = await SignInAsync(server, Token, "/runs?x=1");
        accepted.Headers.Location!.ToString().ShouldBe("/runs?x=1");
        string cookie = accepted.Headers.GetValues("Set-Cookie").Single();
        cookie.ShouldContain("httponly");
        cookie.ShouldContain("samesite=strict");
        cookie.ShouldNotContain(Token);
        string value = cookie.Split(';')[0];
        (await server.GetAsync("/api/runs", ("Cookie", value))).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await server.GetAsync("/api/runs", ("Cookie", value + "x"))).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Signing_in_never_leads_to_another_site()
    {
        await using TestWebServer server = await TestWebServer.StartAsync(database, token: Token);
        using HttpResponseMessage response = await SignInAsync(server, Token, "//evil.example/");
        response.Headers.Location!.ToString().ShouldBe("/");
    }

    [Theory]
    [InlineData("localhost", HttpStatusCode.OK)]
    [InlineData("127.0.0.1:1234", HttpStatusCode.OK)]
    [InlineData("[::1]", HttpStatusCode.OK)]
    [InlineData("evil.example", HttpStatusCode.Forbidden)]
    [InlineData("localhost.evil.example", HttpStatusCode.Forbidden)]
    public async Task Open_on_loopback_only_requests_to_this_machines_own_names_are_answered(string host, HttpStatusCode expected)
    {
        await using TestWebServer server = await TestWebServer.StartAsync(database);
        (await server.GetAsync("/api/runs", ("Host", host))).StatusCode.ShouldBe(expected);
    }

    [Fact]
    public async Task Pages_of_other_sites_cannot_change_anything()
    {
        await using TestWebServer server = await TestWebServer.StartAsync(database);
        foreach ((string, string) header in new[] { ("Origin", "http://evil.example"), ("Origin", "null"),
            ("Sec-Fetch-Site", "cross-site"), ("Origin", "http://localhost:1") })
            (await server.PostJsonAsync("/api/ingest/folder", "{}", header)).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        string own = server.Address.GetLeftPart(UriPartial.Authority);
        // let in; the body is empty
        (await server.PostJsonAsync("/api/ingest/folder", "{}", ("Origin", own))).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task Errors_under_v1_have_the_shape_of_OpenAI_and_elsewhere_problem_details()
    {
        await using TestWebServer server = await TestWebServer.StartAsync(database, token: Token);
        string openAi = await (await server.GetAsync("/v1/models")).Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        openAi.ShouldContain("""
            "type":"authentication_error"
            """.Trim());
        using HttpResponseMessage other = await server.GetAsync("/api/runs");
        other.Content.Headers.ContentType!.MediaType.ShouldBe("application/problem+json");
        using HttpResponseMessage image = await server.PostJsonAsync("/analyze_base64", "{}");
        (await image.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))
            .ShouldStartWith("""{"success":false,"error":"Se requiere un token""");
        using HttpResponseMessage english = await server.PostJsonAsync("/analyze_base64", "{}", ("Accept-Language", "en-US,en;q=0.9"));
        (await english.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).ShouldContain("A valid token is required");
    }

    [Fact]
    public async Task Every_page_forbids_scripts_and_frames_of_others()
    {
        await using TestWebServer server = await TestWebServer.StartAsync(database);
        using HttpResponseMessage page = await server.GetAsync("/runs");
        string policy = page.Headers.GetValues("Content-Security-Policy").Single();
        policy.ShouldContain("default-src 'none'");
        policy.ShouldContain("frame-ancestors 'none'");
        policy.ShouldNotContain("unsafe");
    }

    [Fact]
    public void Beyond_loopback_a_token_is_made_when_none_is_configured()
    {
        AccessPolicy made = AccessPolicy.Decide("0.0.0.0", "");
        made.TokenWasMade.ShouldBeTrue();
        made.Token!.Length.ShouldBeGreaterThanOrEqualTo(43); // 256 bits
        made.Accepts(made.Token).ShouldBeTrue();
        AccessPolicy.Decide("*", null).Token.ShouldNotBe(made.Token);

        AccessPolicy.Decide("localhost", null).IsOpenOnLoopback.ShouldBeTrue();
        AccessPolicy.Decide("127.0.0.1", null).IsOpenOnLoopback.ShouldBeTrue();
        AccessPolicy.Decide("127.0.0.1", "x").IsOpenOnLoopback.ShouldBeFalse();
        AccessPolicy.Decide("0.0.0.0", "mine").TokenWasMade.ShouldBeFalse();
    }

    [Fact]
    public void A_listen_address_that_is_none_is_named() =>
        Should.Throw<InputException>(() => AccessPolicy.Decide("everywhere", null)).Message
            .ShouldBe("--listen: found 'everywhere'; expected an IP address, 'localhost', or '*' for every interface");

    private static Task<HttpResponseMessage> SignInAsync(TestWebServer server, string token, string next) =>
        server.SendAsync(HttpMethod.Post, "/login", new FormUrlEncodedContent([new("token", token), new("next", next)]));
}
