using System.Runtime.Versioning;
using DataEfficiency.Engine.Gradients;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Options;

namespace DataEfficiency.Portal.Storage;

/// <summary>The data folder cannot be used; the message is one line for the person who started the portal.</summary>
public sealed class DataFolderException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>The one folder that a running portal writes. A lock file in it refuses a second process.</summary>
public sealed class DataFolder : IDisposable
{
    // what .NET says of a file that another process has locked: EWOULDBLOCK, or a sharing violation
    private const int LockedOnLinux = 11, LockedOnMac = 35, LockedOnWindows = unchecked((int)0x80070020);

    private static readonly TimeSpan LockWait = TimeSpan.FromSeconds(2), LockPause = TimeSpan.FromMilliseconds(50);

    private const UnixFileMode OwnFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode OwnFolder = OwnFile | UnixFileMode.UserExecute;

    private FileStream? _lock;
    private readonly TimeSpan _busyTimeout;

    public DataFolder(IOptions<StorageOptions> options, IHostEnvironment environment)
    {
        Root = Path.GetFullPath(options.Value.Folder, environment.ContentRootPath);
        _busyTimeout = options.Value.BusyTimeout;
    }

    public string Root { get; }
    public string DatabaseFile => Path.Combine(Root, "app.db");
    public string Uploads => Path.Combine(Root, "uploads");
    public string Keys => Path.Combine(Root, "keys");
    public string Models => Path.Combine(Root, "models");
    /// <summary>Checkpoints and kept models of checks.</summary>
    public string Checks => Path.Combine(Root, "checks");
    /// <summary>The portal's own calibrations, by weights.</summary>
    public string Calibrations => Path.Combine(Root, "calibrations");
    /// <summary>Files of exports, until they are old.</summary>
    public string Exports => Path.Combine(Root, "exports");
    public string GradientRows => Path.Combine(Root, "rows");

    public string ConnectionString => new SqliteConnectionStringBuilder
    {
        DataSource = DatabaseFile,
        ForeignKeys = true,
        DefaultTimeout = Math.Max(1, (int)_busyTimeout.TotalSeconds),
    }.ToString();

    /// <summary>Makes the folder and takes its lock.</summary>
    /// <exception cref="DataFolderException">It is not writable, or another portal has it.</exception>
    public void Open()
    {
        try
        {
            MakePrivate(Root);
            MakePrivate(Uploads);
            MakePrivate(Keys);
            MakePrivate(Checks);
            MakePrivate(Calibrations);
            MakePrivate(Exports);
            ProtectDatabase();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DataFolderException($"The data folder {Root} cannot be made: {e.Message} "
                + "Set Data:Folder to a folder that this user may write.", e);
        }
        try
        {
            _lock = TakeLock();
        }
        catch (IOException e) when (IsLocked(e))
        {
            throw new DataFolderException($"The data folder {Root} is in use by another portal: "
                + "stop that one, or set Data:Folder to another folder.", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DataFolderException($"The data folder {Root} is not writable for this user: {e.Message} "
                + "Set Data:Folder to another folder.", e);
        }
    }

    public void Dispose() => _lock?.Dispose();

    /// <summary>A file of the data folder, its owner's alone from its first byte: a folder that is not may be around it.</summary>
    internal static FileStream Create(string path, FileMode mode, FileAccess access, FileOptions options = FileOptions.None)
    {
        var how = new FileStreamOptions { Mode = mode, Access = access, Share = FileShare.None, BufferSize = 1 << 16, Options = options };
        if (!OperatingSystem.IsWindows()) how.UnixCreateMode = OwnFile;
        return new(path, how);
    }

    /// <summary>Something that a portal with a database has put here; null: there is nothing.</summary>
    internal string? OtherData() =>
        new[] { Keys, Uploads, Models, Checks, Calibrations, Exports, GradientRows }
            .FirstOrDefault(f => Directory.Exists(f) && Directory.EnumerateFileSystemEntries(f).Any())
        ?? new[] { "-wal", ".before-upgrade" }.Select(s => DatabaseFile + s)
            .FirstOrDefault(f => new FileInfo(f) is { Exists: true, Length: > 0 });

    // a portal that is being restarted may not have let go yet
    private FileStream TakeLock()
    {
        for (var began = Environment.TickCount64; ; Thread.Sleep(LockPause))
        {
            try
            {
                return Create(Path.Combine(Root, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite);
            }
            catch (IOException e) when (IsLocked(e) && Environment.TickCount64 - began < LockWait.TotalMilliseconds)
            {
                // once more
            }
        }
    }

    private static bool IsLocked(IOException e) => e.HResult is LockedOnLinux or LockedOnMac or LockedOnWindows;

    /// <summary>Takes the database from everybody but its owner; SQLite gives a journal that it makes later the mode of its
    /// database.</summary>
    public void ProtectDatabase()
    {
        if (OperatingSystem.IsWindows()) return;
        foreach (var file in new[] { DatabaseFile, DatabaseFile + "-wal", DatabaseFile + "-shm" })
            if (File.Exists(file)) Restrict(file, OwnFile);
    }

    // also a folder that was there before: whoever made it did not think of passwords' hashes
    internal static void MakePrivate(string folder)
    {
        Directory.CreateDirectory(folder);
        if (!OperatingSystem.IsWindows()) Restrict(folder, OwnFolder);
    }

    [UnsupportedOSPlatform("windows")]
    private static void Restrict(string path, UnixFileMode mode)
    {
        try
        {
            File.SetUnixFileMode(path, mode);
        }
        catch (UnauthorizedAccessException)
        {
            // another user owns it, as volumes of containers are: who may read there is that user's to say
        }
    }
}
