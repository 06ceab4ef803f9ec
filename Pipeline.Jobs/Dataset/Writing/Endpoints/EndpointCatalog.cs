using System.Globalization;
using Microsoft.Extensions.Configuration;
using Pipeline.Models;
using Pipeline.Models.Training.Configuration;

namespace Pipeline.Jobs.Dataset.Writing.Endpoints;

/// <summary>
/// The endpoints of the configuration section <c>Endpoints</c>. One that cannot be used does not keep the server from starting: the
/// run that names it is refused.
/// </summary>
internal sealed class EndpointCatalog(IConfiguration configuration)
{
    /// <summary>Name of the configuration section.</summary>
    public const string Section = "Endpoints";

    private static readonly string[] Keys = ["Url", "Model", "ApiKey", "ApiKeyFile", "Concurrency", "Timeout", "Retries", "MaxTokens",
        "Temperature", "TopP", "Seed", "JsonMode", "Format", "Headers"];

    private static readonly string[] FixedHeaders = ["Authorization", "Content-Type", "Content-Length", "Host", "Connection",
        "Transfer-Encoding"];

    /// <summary>Names of the endpoints in ordinal order.</summary>
    public IReadOnlyList<string> Names => [.. configuration.GetSection(Section).GetChildren().Select(e => e.Key)
        .Order(StringComparer.OrdinalIgnoreCase)];

    /// <summary>What is wrong with the endpoint that a run names; empty where it can be used, and for null and <c>base</c>.</summary>
    /// <param name="name">Value of the run's setting.</param>
    /// <param name="setting">Name of that setting, for the message about an unknown endpoint.</param>
    public IReadOnlyList<SettingFault> FaultsOf(string? name, string setting)
    {
        if (name is null or WritingOptions.Base) return [];
        try
        {
            _ = Find(name);
            return [];
        }
        catch (UnknownEndpointException e)
        {
            return [new SettingFault(setting, e.Message)];
        }
        catch (SettingsException e)
        {
            return e.Faults;
        }
    }

    /// <summary>The endpoint with a name, in any case.</summary>
    /// <exception cref="UnknownEndpointException">The operator defined none of that name; the message lists the others.</exception>
    /// <exception cref="SettingsException">A setting of it cannot be used; each fault names its setting, none shows a key.</exception>
    public EndpointOptions Find(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        IConfigurationSection? found = configuration.GetSection(Section).GetChildren()
            .FirstOrDefault(e => e.Key.Equals(name, StringComparison.OrdinalIgnoreCase));
        if (found is null)
            throw new UnknownEndpointException($"no endpoint is called '{name}'; this server has "
                + $"{string.Join(", ", Names.Prepend(WritingOptions.Base))}; others are defined in its configuration ({Section}:NAME)");
        List<SettingFault> faults = [];
        EndpointOptions options = Read(found, faults);
        return faults.Count == 0 ? options : throw new SettingsException(faults);
    }

    private static EndpointOptions Read(IConfigurationSection section, List<SettingFault> faults)
    {
        foreach (IConfigurationSection child in section.GetChildren())
            if (!Keys.Contains(child.Key, StringComparer.OrdinalIgnoreCase))
                faults.Add(new SettingFault(child.Path, $"unknown setting; did you mean {NearestName.Of(child.Key, Keys)}?"));
        EndpointSettings read = new(section, faults);
        string? model = section["Model"];
        if (string.IsNullOrWhiteSpace(model))
            faults.Add(new SettingFault($"{section.Path}:Model", "is missing; give the name of the model as the endpoint knows it"));
        return new EndpointOptions
        {
            Name = section.Key,
            Url = UrlOf(section, faults),
            Model = model?.Trim() ?? "",
            ApiKey = KeyOf(section, faults),
            Concurrency = (int)(read.Whole("Concurrency", 1, 256) ?? 4),
            Timeout = TimeSpan.FromSeconds(read.Number("Timeout", 1, 3600, "seconds") ?? 180),
            Retries = (int)(read.Whole("Retries", 0, 20) ?? 6),
            MaxTokens = (int)(read.Whole("MaxTokens", 16, 131072) ?? 4096),
            Temperature = read.Number("Temperature", 0, 2, "") ?? 0.2,
            TopP = read.Number("TopP", 0.01, 1, ""),
            Seed = read.Whole("Seed", long.MinValue, long.MaxValue) ?? 42,
            JsonMode = read.Choice("JsonMode", "auto", "off") != "off",
            Lines = read.Choice("Format", "json", "lines") == "lines",
            Headers = HeadersOf(section.GetSection("Headers"), faults),
        };
    }

    private static Uri UrlOf(IConfigurationSection section, List<SettingFault> faults)
    {
        string setting = $"{section.Path}:Url";
        const string Example = "give the address up to /v1, for instance http://localhost:8000/v1";
        if (section["Url"] is not { Length: > 0 } text)
            faults.Add(new SettingFault(setting, $"is missing; {Example}"));
        else if (!Uri.TryCreate(text, UriKind.Absolute, out Uri? url) || url.Scheme is not ("http" or "https"))
            faults.Add(new SettingFault(setting, $"is no http or https address; {Example}"));      // not shown: it may hold a password
        else if (url.UserInfo.Length > 0 || url.Query.Length > 0 || url.Fragment.Length > 0)
            faults.Add(new SettingFault(setting, $"holds a user, a query or a fragment; {Example}, and a key as ApiKey"));
        else
            return url;
        return new Uri("http://localhost/");
    }

    private static string? KeyOf(IConfigurationSection section, List<SettingFault> faults)
    {
        string? key = section["ApiKey"];
        string setting = $"{section.Path}:ApiKey";
        if (section["ApiKeyFile"] is { Length: > 0 } file)
        {
            setting = $"{section.Path}:ApiKeyFile";
            if (key is { Length: > 0 })
            {
                faults.Add(new SettingFault(setting, "ApiKey is given too; leave one of them out"));
                return null;
            }
            try
            {
                key = File.ReadAllText(file).Trim();
                if (key.Length == 0) faults.Add(new SettingFault(setting, $"{file} is empty; write the key into it"));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                faults.Add(new SettingFault(setting, $"{file} cannot be read: {e.Message}"));
                return null;
            }
        }
        if (string.IsNullOrWhiteSpace(key)) return null;
        if (key.Length <= 8192 && key.All(c => c is > ' ' and < (char)127)) return key;
        faults.Add(new SettingFault(setting, "cannot be sent as a header; give the key alone, without blanks or line breaks"));
        return null;
    }

    private static List<KeyValuePair<string, string>> HeadersOf(IConfigurationSection headers, List<SettingFault> faults)
    {
        List<KeyValuePair<string, string>> found = [];
        foreach (IConfigurationSection header in headers.GetChildren().OrderBy(h => h.Key, StringComparer.Ordinal))
        {
            if (FixedHeaders.Contains(header.Key, StringComparer.OrdinalIgnoreCase))
                faults.Add(new SettingFault(header.Path, "is set by the program; leave it out (keys are given as ApiKey)"));
            else if (!header.Key.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_'))
                faults.Add(new SettingFault(header.Path, "is no name of a header; use letters, digits, - and _"));
            else if (header.Value is not { } value || value.Any(c => c is < ' ' or > '~'))
                faults.Add(new SettingFault(header.Path, "is no value of a header; use printable ASCII on one line"));
            else
                found.Add(KeyValuePair.Create(header.Key, value));
        }
        return found;
    }

    /// <summary>Reads single values of a section; faults are collected.</summary>
    private sealed class EndpointSettings(IConfigurationSection section, List<SettingFault> faults)
    {
        public long? Whole(string key, long least, long most)
        {
            if (section[key] is not { Length: > 0 } text) return null;
            if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long value)
                && value >= least && value <= most)
                return value;
            Refuse(key, text, least == long.MinValue ? "a whole number" : $"a whole number from {least} to {most}");
            return null;
        }

        public double? Number(string key, double least, double most, string unit)
        {
            if (section[key] is not { Length: > 0 } text) return null;
            if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value)
                && value >= least && value <= most)
                return value;
            Refuse(key, text, string.Create(CultureInfo.InvariantCulture, $"a number from {least} to {most} {unit}").TrimEnd());
            return null;
        }

        public string Choice(string key, string usual, string other)
        {
            if (section[key] is not { Length: > 0 } text) return usual;
            string chosen = text.ToLowerInvariant();
            if (chosen == usual || chosen == other) return chosen;
            Refuse(key, text, $"{usual} or {other}");
            return usual;
        }

        private void Refuse(string key, string found, string expected) =>
            faults.Add(new SettingFault($"{section.Path}:{key}", $"'{found}' is not {expected}"));
    }
}
