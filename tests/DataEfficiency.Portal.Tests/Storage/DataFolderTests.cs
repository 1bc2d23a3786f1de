using DataEfficiency.Portal.Export;
using DataEfficiency.Portal.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
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

    [Fact]
    public async Task Files_ThatAreMadeLater_AreTheOwnersOnly()
    {
        if (OperatingSystem.IsWindows()) return;
        await using var portal = new PortalFactory();
        var admin = await portal.AddPersonAsync("admin", GlobalRoles.Admin);
        var client = await portal.WithTokenAsync(admin.Id);
        (await client.PostAsync("/api/v1/uploads?fileName=a.csv", new StringContent("text\nhello there\n"))).EnsureSuccessStatusCode();
        var exports = portal.Services.GetRequiredService<ExportFiles>();
        var export = Guid.NewGuid();
        await exports.Begin(export).DisposeAsync();
        exports.Finish(export);
        await using var scratch = portal.Services.GetRequiredService<ScratchFiles>().Create();

        Assert.Equal(OwnFile, File.GetUnixFileMode(scratch.Name));
        foreach (var file in Directory.EnumerateFiles(portal.DataFolder, "*", SearchOption.AllDirectories))
            Assert.Equal((file, OwnFile), (file, File.GetUnixFileMode(file)));
        foreach (var folder in Directory.EnumerateDirectories(portal.DataFolder, "*", SearchOption.AllDirectories))
            Assert.Equal((folder, OwnFile | UnixFileMode.UserExecute), (folder, File.GetUnixFileMode(folder)));
    }
}
