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
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DataFolderException($"The data folder {Root} cannot be made: {e.Message} "
                + "Set Data:Folder to a folder that this user may write.", e);
        }
        try
        {
            _lock = new FileStream(Path.Combine(Root, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e) when (e.HResult is LockedOnLinux or LockedOnMac or LockedOnWindows)
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

    private static void MakePrivate(string folder)
    {
        if (OperatingSystem.IsWindows()) Directory.CreateDirectory(folder);
        else Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }
}
