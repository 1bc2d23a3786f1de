namespace DataEfficiency.Portal.Storage.Sqlite;

/// <summary>
/// The copy of the database that an upgrade starts from. While the marker stands beside it, an upgrade has begun and not ended, and the
/// next start begins again from the copy. The copy stays until the next upgrade: with it, the older program can be started again.
/// </summary>
internal sealed class UpgradeCopy(string database)
{
    public string Copy => database + ".before-upgrade";
    private string Marker => database + ".upgrading";
    private string Half => database + ".half-copied";

    public bool IsUnfinished => File.Exists(Marker);

    public async Task MakeAsync(string connectionString, CancellationToken cancellation)
    {
        DeleteWithJournal(Half);
        await DatabaseCopy.WriteAsync(connectionString, Half, cancellation);
        PutInPlace(Copy);
        // only now: a marker always has a whole copy beside it
        await File.WriteAllTextAsync(Marker, $"An upgrade of {Path.GetFileName(database)} is under way.\n", cancellation);
    }

    /// <summary>Puts the copy in the database's place. No connection may be open.</summary>
    /// <exception cref="DataFolderException">The copy is gone.</exception>
    public void Restore()
    {
        if (!File.Exists(Copy))
            throw new DataFolderException($"An upgrade of {database} was cut off, and its copy {Copy} is gone: put back "
                + $"{Path.GetFileName(database)} of your newest backup, and delete {Marker}.");
        File.Copy(Copy, Half, overwrite: true);
        ReplaceDatabase();
    }

    /// <summary>A new database is made beside its place: it stands there whole or not at all.</summary>
    /// <param name="make">Makes it in the file that it is given, and leaves nothing open.</param>
    public async Task MakeNewAsync(Func<string, Task> make)
    {
        DeleteWithJournal(Half);
        await make(Half);
        ReplaceDatabase();
    }

    public void Finish() => File.Delete(Marker);

    // the journal of the database that was there must not be played into the other one
    private void ReplaceDatabase()
    {
        File.Delete(database + "-wal");
        File.Delete(database + "-shm");
        PutInPlace(database);
    }

    private static void DeleteWithJournal(string file)
    {
        foreach (var suffix in new[] { "", "-wal", "-shm" }) File.Delete(file + suffix);
    }

    private void PutInPlace(string target)
    {
        // as private as the database: it is one
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(Half, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        using (var written = new FileStream(Half, FileMode.Open, FileAccess.ReadWrite)) written.Flush(flushToDisk: true);
        File.Move(Half, target, overwrite: true);
    }
}
