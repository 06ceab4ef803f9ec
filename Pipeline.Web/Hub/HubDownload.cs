using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Pipeline.Models;

namespace Pipeline.Web.Hub;

/// <summary>
/// Downloads a model repository from a Hugging-Face-style hub into a folder: only the files this product reads,
/// resumed after an interruption, each checked against the hub's own checksum before it gets its final name.
/// </summary>
/// <param name="client">Follows redirects; .NET drops the bearer token when a redirect leaves the host.</param>
/// <param name="endpoint">Root of the hub, e.g. <c>https://huggingface.co</c>.</param>
/// <param name="token">Access token of gated repositories, or <c>null</c>.</param>
internal sealed class HubDownload(HttpClient client, Uri endpoint, string? token)
{
    private const string PartialSuffix = ".incomplete";
    private static readonly string[] WantedExtensions = [".safetensors", ".json", ".txt", ".model", ".md", ".jinja"];

    /// <summary>Fetches what is missing; files already there with the right checksum are left alone.</summary>
    /// <param name="modelId">Repository name such as <c>microsoft/Phi-4-mini-instruct</c>.</param>
    /// <param name="revision">Branch, tag or commit.</param>
    /// <param name="folder">Target folder; created when missing.</param>
    /// <param name="progress">Receives file, bytes done and total bytes.</param>
    /// <param name="cancellationToken">Stops the transfer; what has arrived is kept for the next attempt.</param>
    /// <returns>The files of the repository that this product uses.</returns>
    /// <exception cref="InputException">The repository does not exist, is gated, or a checksum differs.</exception>
    public async Task<IReadOnlyList<HubFile>> RunAsync(
        string modelId, string revision, string folder, Action<HubFile, long>? progress, CancellationToken cancellationToken)
    {
        IReadOnlyList<HubFile> files = await ListAsync(modelId, revision, cancellationToken);
        Directory.CreateDirectory(folder);
        foreach (HubFile file in files)
        {
            string target = Path.Combine(folder, file.Path);
            if (!File.Exists(target) || !await MatchesAsync(file, target, cancellationToken))
                await FetchAsync(modelId, revision, file, target, progress, cancellationToken);
            progress?.Invoke(file, file.Size);
        }
        return files;
    }

    private async Task<IReadOnlyList<HubFile>> ListAsync(string modelId, string revision, CancellationToken cancellationToken)
    {
        Uri listing = new(endpoint, $"api/models/{modelId}/tree/{Uri.EscapeDataString(revision)}?recursive=true");
        using HttpResponseMessage response = await SendAsync(listing, null, cancellationToken);
        Explain(response, modelId, revision);
        using JsonDocument tree = JsonDocument.Parse(await response.Content.ReadAsStringAsync(cancellationToken));
        List<HubFile> files = new();
        foreach (JsonElement entry in tree.RootElement.EnumerateArray())
        {
            if (entry.GetProperty("type").GetString() != "file")
                continue;
            string path = Checked(entry.GetProperty("path").GetString()!);
            if (!IsWanted(path))
                continue;
            string? sha256 = entry.TryGetProperty("lfs", out JsonElement lfs) ? lfs.GetProperty("oid").GetString() : null;
            files.Add(new HubFile(path, entry.GetProperty("size").GetInt64(), sha256, sha256 is null
                ? entry.GetProperty("oid").GetString() : null));
        }
        if (!files.Exists(f => f.Path == "config.json"))
            throw new InputException($"{modelId}: the repository has no config.json, so it is not a model in hub layout; check the name");
        if (!files.Exists(f => f.Path.EndsWith(".safetensors", StringComparison.Ordinal)))
            throw new InputException(
                $"{modelId}: the repository has no .safetensors weights; choose a repository or revision that has them");
        return files;
    }

    private async Task FetchAsync(
        string modelId, string revision, HubFile file, string target, Action<HubFile, long>? progress, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        string partial = target + PartialSuffix;
        long done = File.Exists(partial) ? new FileInfo(partial).Length : 0;
        if (done > file.Size)
        {
            File.Delete(partial);
            done = 0;
        }

        if (done < file.Size || file.Size == 0)
        {
            string escaped = string.Join('/', file.Path.Split('/').Select(Uri.EscapeDataString));
            Uri address = new(endpoint, $"{modelId}/resolve/{Uri.EscapeDataString(revision)}/{escaped}");
            using HttpResponseMessage response = await SendAsync(address, done, cancellationToken);
            Explain(response, modelId, revision);
            if (response.StatusCode != HttpStatusCode.PartialContent)
                done = 0; // the server ignored the range: it sends the file from its start
            await using Stream body = await response.Content.ReadAsStreamAsync(cancellationToken);
            await using FileStream output = new(partial, done > 0 ? FileMode.Append : FileMode.Create, FileAccess.Write);
            byte[] buffer = new byte[1 << 20];
            for (int read; (read = await body.ReadAsync(buffer, cancellationToken)) > 0;)
            {
                await output.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
                done += read;
                if (done > file.Size)
                    break; // more than announced: the checksum below refuses it
                progress?.Invoke(file, done);
            }
            output.Flush(flushToDisk: true);
        }

        if (!await MatchesAsync(file, partial, cancellationToken))
        {
            File.Delete(partial);
            throw new InputException(
                $"{modelId}/{file.Path}: the downloaded bytes do not match the hub's checksum ({file.Sha256 ?? file.GitBlobId}); run the "
                + $"command again");
        }
        File.Move(partial, target, overwrite: true); // from here on the file is whole
    }

    private async Task<HttpResponseMessage> SendAsync(Uri address, long? from, CancellationToken cancellationToken)
    {
        using HttpRequestMessage request = new(HttpMethod.Get, address);
        if (token is not null)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        if (from > 0)
            request.Headers.Range = new RangeHeaderValue(from, null);
        return await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
    }

    private static void Explain(HttpResponseMessage response, string modelId, string revision)
    {
        if (response.IsSuccessStatusCode)
            return;
        throw response.StatusCode switch
        {
            HttpStatusCode.NotFound => new InputException($"{modelId}@{revision}: not found on the hub; check the name and the revision"),
            HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => new InputException(
                $"{modelId}: the hub refused access ({(int)response.StatusCode}); accept the model's terms there and set HF_TOKEN"),
            _ => new HttpRequestException(
            $"{modelId}: the hub answered {(int)response.StatusCode} {response.ReasonPhrase}; try again later", null, response.StatusCode),
        };
    }

    private static bool IsWanted(string path) =>
        WantedExtensions.Contains(Path.GetExtension(path), StringComparer.Ordinal) && !path.StartsWith('.')
        && !path.StartsWith("onnx/", StringComparison.Ordinal) && !path.StartsWith("original/", StringComparison.Ordinal);

    // A listing is untrusted input: a path must never lead out of the target folder.
    private static string Checked(string path)
    {
        bool safe = !Path.IsPathRooted(path) && !path.Contains('\\', StringComparison.Ordinal)
            && path.Split('/').All(part => part is not ("" or "." or ".."));
        return safe ? path : throw new InputException($"the hub lists a file with the unsafe path '{path}'; nothing was downloaded");
    }

    private static async Task<bool> MatchesAsync(HubFile file, string path, CancellationToken cancellationToken)
    {
        if (new FileInfo(path).Length != file.Size)
            return false;
        await using FileStream content = File.OpenRead(path);
        if (file.Sha256 is not null)
            return Convert.ToHexStringLower(await SHA256.HashDataAsync(content, cancellationToken)) == file.Sha256;
        using IncrementalHash sha1 = IncrementalHash.CreateHash(HashAlgorithmName.SHA1); // git's own object name, not a security claim
        sha1.AppendData(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"blob {file.Size}\0")));
        byte[] buffer = new byte[1 << 16];
        for (int read; (read = await content.ReadAsync(buffer, cancellationToken)) > 0;)
            sha1.AppendData(buffer, 0, read);
        return Convert.ToHexStringLower(sha1.GetHashAndReset()) == file.GitBlobId;
    }
}
