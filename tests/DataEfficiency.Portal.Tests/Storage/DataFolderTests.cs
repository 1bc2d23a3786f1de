using Microsoft.EntityFrameworkCore;
using Xunit;

namespace DataEfficiency.Portal.Tests.Storage;

public sealed class DataFolderTests
{
    private const UnixFileMode OwnFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode Everybody = OwnFile | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    [Fact]
    public async Task Open_FolderAndDatabaseThatEverybodyReads_AreTheOwnersAgain()
    {
        if (OperatingSystem.IsWindows()) return;
        var folder = Directory.CreateTempSubdirectory("portal-test-").FullName;
        await using (var first = new PortalFactory { DataFolder = folder, KeepDataFolder = true }) _ = first.Services;
        File.SetUnixFileMode(folder, Everybody | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
        foreach (var suffix in new[] { "", "-wal", "-shm" })
            if (File.Exists($"{folder}/app.db{suffix}")) File.SetUnixFileMode($"{folder}/app.db{suffix}", Everybody);

        await using var portal = new PortalFactory { DataFolder = folder };
        await portal.AddPersonAsync("ada");
        await using var db = await portal.OpenDbAsync();
        Assert.Equal(1, await db.Users.CountAsync());

        Assert.Equal(OwnFile | UnixFileMode.UserExecute, File.GetUnixFileMode(folder));
        foreach (var suffix in new[] { "", "-wal", "-shm" }) Assert.Equal(OwnFile, File.GetUnixFileMode($"{folder}/app.db{suffix}"));
    }

    [Fact]
    public async Task Open_NothingThere_MakesADatabaseOfTheOwnersOnly()
    {
        if (OperatingSystem.IsWindows()) return;
        await using var portal = new PortalFactory();
        await portal.AddPersonAsync("ada");

        foreach (var suffix in new[] { "", "-wal", "-shm" })
            Assert.Equal(OwnFile, File.GetUnixFileMode($"{portal.DataFolder}/app.db{suffix}"));
    }
}
