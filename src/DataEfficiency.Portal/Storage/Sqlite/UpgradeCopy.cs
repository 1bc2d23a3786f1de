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
        File.Delete(Half);
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
        // the journal of the half-upgraded database must not be played into the copy
        File.Delete(database + "-wal");
        File.Delete(database + "-shm");
        PutInPlace(database);
    }

    public void Finish() => File.Delete(Marker);

    private void PutInPlace(string target)
    {
        using (var written = new FileStream(Half, FileMode.Open, FileAccess.ReadWrite)) written.Flush(flushToDisk: true);
        File.Move(Half, target, overwrite: true);
    }
}
