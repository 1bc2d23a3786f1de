// Fetches a model repository into a models folder. It grows in a hidden folder beside, under names that hold each file's hash, and takes
// its own name when everything is there and checked; what is interrupted goes on where it stopped.
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text.Json;
using DataEfficiency.Engine.Models;
using DataEfficiency.Engine.Models.Files;

namespace DataEfficiency.Hub;

/// <param name="File">The file being fetched or checked.</param>
/// <param name="Done">Bytes on the disk, of all files.</param>
/// <param name="Total">Bytes of all files; 0 until the hub has listed them.</param>
public sealed record PullProgress(string File, long Done, long Total);

/// <summary>Speed and time left of a download, from its progress.</summary>
public sealed class PullSpeed(TimeProvider time)
{
    private static readonly TimeSpan Longest = new(99, 59, 59);
    private (long Bytes, long At)? _first;

    /// <summary>Bytes per second since the first progress with a total (0 before any came), and what is
    /// left at that speed; null where it is 0.</summary>
    public (double BytesPerSecond, TimeSpan? Left) Of(PullProgress progress)
    {
        if (progress.Total > 0) _first ??= (progress.Done, time.GetTimestamp());
        var speed = _first is { } first ? (progress.Done - first.Bytes) / Math.Max(time.GetElapsedTime(first.At).TotalSeconds, .001) : 0;
        return (speed, speed > 0 ? TimeSpan.FromSeconds(Math.Min((progress.Total - progress.Done) / speed, Longest.TotalSeconds)) : null);
    }
}

public sealed class HubDownload(HubOptions options)
{
    private const long LargestListing = 32 << 20, DiskReserve = 64 << 20;

    /// <summary>Downloads configuration, tokenizer and safetensors weights.</summary>
    /// <param name="root">The models folder; the model's folder in it gets the repository's name.</param>
    /// <returns>The model's folder.</returns>
    /// <exception cref="HubException">Refused, unreachable, damaged, or no space; the message says what to do.</exception>
    /// <exception cref="DataEfficiency.Engine.ModelException">The model's architecture is not supported:
    /// found before its weights are fetched.</exception>
    /// <exception cref="OperationCanceledException">Cancelled; the next call goes on behind what is there.</exception>
    public async Task<string> PullAsync(HubModel model, string root, IProgress<PullProgress>? progress = null,
        CancellationToken cancel = default)
    {
        var folder = Path.GetFullPath(Path.Combine(root, model.Name));
        if (Directory.Exists(folder)) throw new HubException($"{folder} is already there. Remove it first to pull {model} again.");
        var growing = Path.Combine(Path.GetFullPath(root), $".pull-{model.Owner}--{model.Name}");
        try
        {
            Directory.CreateDirectory(growing);
            using var alone = Alone(growing, model);
            using var requests = new HubRequests(options);
            await FetchAsync(requests, model, growing, progress, cancel);
        }
        catch (IOException e) when (IsFull(e))
        {
            throw new HubException(
                $"The disk is full: {model} does not fit into {root}. Make room and pull it again; it goes on where it stopped.", e);
        }
        catch (IOException e)
        {
            throw new HubException(
                $"{model} could not be pulled: {e.Message.TrimEnd('.')}. Pull it again; it goes on where it stopped.", e);
        }
        catch (UnauthorizedAccessException e)
        {
            throw new HubException($"{model} could not be pulled into {root}: {e.Message}", e);
        }
        File.Delete(LockOf(growing));
        Directory.Move(growing, folder);
        return folder;
    }

    private async Task FetchAsync(HubRequests requests, HubModel model, string growing, IProgress<PullProgress>? progress,
        CancellationToken cancel)
    {
        progress?.Report(new("", 0, 0));
        var all = await ListAsync(requests, model, cancel);
        var small = HubFile.Small(all, model);
        // where an index names the weights, they count from when it is there
        var total = small.Sum(f => f.Size) + all.Where(f => f.Path == WeightFiles.SingleName).Sum(f => f.Size);
        long done = 0;
        foreach (var file in small) done = await KeepAsync(file);
        ModelConfig.Load(growing);
        var weights = HubFile.Weights(all, model, growing);
        total = small.Concat(weights).Sum(f => f.Size);
        RequireSpace(model, growing, weights);
        foreach (var file in weights) done = await KeepAsync(file);
        // parts of another revision, pulled before
        var names = small.Concat(weights).Select(f => f.Path).Append(Path.GetFileName(LockOf(growing))).ToHashSet();
        foreach (var left in Directory.GetFiles(growing).Where(f => !names.Contains(Path.GetFileName(f)))) File.Delete(left);

        async Task<long> KeepAsync(HubFile file)
        {
            await FetchAsync(requests, model, file, growing, bytes => progress?.Report(new(file.Path, done + bytes, total)), cancel);
            return done + file.Size;
        }
    }

    private async Task<IReadOnlyList<HubFile>> ListAsync(HubRequests requests, HubModel model, CancellationToken cancel)
    {
        var files = new List<HubFile>();
        Uri? page = requests.Address($"api/models/{model.Id}/tree/{Escaped(model.Revision)}?recursive=true");
        while (page is not null)
        {
            var address = page;
            await RetryAsync(async _ =>
            {
                using var answer = await requests.GetAsync(address, model, 0, cancel);
                using var limited = new MemoryStream();
                await CopyAsync(answer, limited, LargestListing, null, cancel);
                try
                {
                    using var json = JsonDocument.Parse(limited.ToArray());
                    files.AddRange(HubFile.Read(json.RootElement, options.Endpoint.Host));
                }
                catch (JsonException e)
                {
                    throw new HubException(
                        $"{address.GetLeftPart(UriPartial.Path)} answers no JSON: is {options.Endpoint} a Hugging Face hub?", e);
                }
                page = NextPage(answer, address);
                return true;
            }, cancel);
        }
        return files;
    }

    // RFC 8288, as the hub writes it: <address>; rel="next"
    private Uri? NextPage(HttpResponseMessage answer, Uri address)
    {
        var next = answer.Headers.TryGetValues("Link", out var links)
            ? links.SelectMany(l => l.Split(',')).FirstOrDefault(l => l.Contains("rel=\"next\"")) : null;
        if (next is null) return null;
        var to = new Uri(address, next.Split('<', '>')[1]);
        return to.Host == options.Endpoint.Host ? to
            : throw new HubException($"{address.Host} continues its list of files on another host, {to.Host}.");
    }

    private async Task FetchAsync(HubRequests requests, HubModel model, HubFile file, string growing, Action<long> told,
        CancellationToken cancel)
    {
        var target = Path.Combine(growing, file.Path);
        var hash = (file.Sha256 ?? file.BlobSha1)!;
        var part = $"{target}.{string.Concat(hash.Where(char.IsAsciiLetterOrDigit).Take(16))}.part";
        if (File.Exists(target))
        {
            if (await IsIntactAsync(file, target, cancel)) return;
            File.Delete(target);
        }
        var resumed = File.Exists(part) && new FileInfo(part).Length > 0;
        while (true)
        {
            await RetryAsync(reached => AppendAsync(requests, model, file, part, bytes =>
            {
                reached(bytes);
                told(bytes);
            }, cancel), cancel);
            if (await IsIntactAsync(file, part, cancel)) break;
            var found = await HashAsync(file, part, cancel);
            File.Delete(part);
            // a part of an earlier day may have been damaged on the disk: once from the beginning
            if (!resumed)
                throw new HubException(
                    $"{file.Path} of {model} is damaged: its {(file.Sha256 is null ? "git SHA-1" : "SHA-256")} is {found}, the hub says "
                    + $"{hash}. It was removed; pull the model again.");
            resumed = false;
        }
        File.Move(part, target);
    }

    /// <summary>Goes on behind what the part holds. True when it is complete; false when it is to be tried again.</summary>
    private async Task<bool> AppendAsync(HubRequests requests, HubModel model, HubFile file, string part, Action<long> told,
        CancellationToken cancel)
    {
        var have = File.Exists(part) ? new FileInfo(part).Length : -1;
        if (have == file.Size) return true;
        if (have < 0 || have > file.Size) have = 0;
        using var answer = await requests.GetAsync(
            requests.Address($"{model.Id}/resolve/{Escaped(model.Revision)}/{Uri.EscapeDataString(file.Path)}"), model, have, cancel);
        if (answer.StatusCode == HttpStatusCode.OK) have = 0; // asked for a range or not: this is the whole file
        else if (answer.StatusCode != HttpStatusCode.PartialContent || answer.Content.Headers.ContentRange?.From != have)
        {
            File.Delete(part);
            return false;
        }
        await using var stream =
            new FileStream(part, have == 0 ? FileMode.Create : FileMode.Append, FileAccess.Write, FileShare.Read, 1 << 16);
        told(have);
        await CopyAsync(answer, stream, file.Size - have, bytes => told(have + bytes), cancel,
            $"{file.Path} of {model} is longer than the {file.Size:N0} bytes that the hub says.");
        return stream.Length == file.Size;
    }

    private async Task CopyAsync(HttpResponseMessage answer, Stream to, long most, Action<long>? told, CancellationToken cancel,
        string? tooLong = null)
    {
        await using var from = await answer.Content.ReadAsStreamAsync(cancel);
        var buffer = new byte[1 << 17];
        for (long copied = 0; ;)
        {
            int read;
            using (var silence = CancellationTokenSource.CreateLinkedTokenSource(cancel))
            {
                silence.CancelAfter(options.Silence);
                try
                {
                    read = await from.ReadAsync(buffer, silence.Token);
                }
                catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
                {
                    throw new IOException($"nothing came for {options.Silence.TotalSeconds:0} seconds");
                }
            }
            if (read == 0) return;
            if ((copied += read) > most)
                throw new HubException(tooLong ?? $"{options.Endpoint.Host} answers with more than {most:N0} bytes.");
            await to.WriteAsync(buffer.AsMemory(0, read), cancel);
            told?.Invoke(copied);
        }
    }

    /// <summary>Runs it until it says that it is complete; a failing connection is tried anew, and the count starts again
    /// where a try got further than all before.</summary>
    private async Task RetryAsync(Func<Action<long>, Task<bool>> run, CancellationToken cancel)
    {
        long furthest = 0;
        for (var failures = 0; ;)
        {
            var failure = new IOException("the connection ends before the file does");
            try
            {
                if (await run(reached =>
                {
                    if (reached <= furthest) return;
                    (furthest, failures) = (reached, 0);
                })) return;
            }
            catch (IOException e) when (!IsFull(e))
            {
                failure = e;
            }
            if (failures >= options.Retries) throw failure;
            await Task.Delay(options.RetryDelay * Math.Pow(2, failures++), cancel);
        }
    }

    private static async Task<bool> IsIntactAsync(HubFile file, string path, CancellationToken cancel) =>
        new FileInfo(path).Length == file.Size
            && string.Equals(await HashAsync(file, path, cancel), file.Sha256 ?? file.BlobSha1, StringComparison.OrdinalIgnoreCase);

    private static async Task<string> HashAsync(HubFile file, string path, CancellationToken cancel)
    {
        using var hash = IncrementalHash.CreateHash(file.Sha256 is null ? HashAlgorithmName.SHA1 : HashAlgorithmName.SHA256);
        if (file.Sha256 is null)
            hash.AppendData(
                System.Text.Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"blob {new FileInfo(path).Length}\0")));
        await using var stream = File.OpenRead(path);
        var buffer = new byte[1 << 20];
        for (int read; (read = await stream.ReadAsync(buffer, cancel)) > 0;) hash.AppendData(buffer, 0, read);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static void RequireSpace(HubModel model, string growing, IReadOnlyList<HubFile> weights)
    {
        var there = Directory.GetFiles(growing, "*.safetensors*").Sum(f => new FileInfo(f).Length);
        var needed = weights.Sum(f => f.Size) - there;
        var free = new DriveInfo(growing).AvailableFreeSpace;
        if (needed + DiskReserve > free)
            throw new HubException(
                $"{model} needs {Size(needed)} more, but only {Size(free)} are free at {Path.GetDirectoryName(growing)}. "
                + "Make room, or choose another models folder.");
    }

    private static string Size(long bytes) => $"{bytes / 1e9:0.0} GB";

    // held while it runs, also against other processes
    private static FileStream Alone(string growing, HubModel model)
    {
        try
        {
            return new FileStream(LockOf(growing), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1, FileOptions.None);
        }
        catch (IOException e) when (!IsFull(e))
        {
            throw new HubException($"{model} is being pulled already, by this or another process.", e);
        }
    }

    private static string LockOf(string growing) => Path.Combine(growing, ".lock");

    // ENOSPC and EDQUOT on Linux, ERROR_DISK_FULL and ERROR_HANDLE_DISK_FULL on Windows
    private static bool IsFull(IOException e) => e.HResult is 28 or 122 or unchecked((int)0x80070070) or unchecked((int)0x80070027);

    private static string Escaped(string revision) => string.Join("%2F", revision.Split('/').Select(Uri.EscapeDataString));
}
