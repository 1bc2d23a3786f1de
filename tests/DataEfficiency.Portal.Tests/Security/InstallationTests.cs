using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using DataEfficiency.Portal.Accounts;
using DataEfficiency.Portal.Importing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace DataEfficiency.Portal.Tests.Security;

/// <summary>Section 17, secrets and floods: what a new installation begins with, and what one request may cost it.</summary>
public sealed class InstallationTests
{
    [Fact]
    public async Task TwoInstallations_HaveNoSecretInCommon_AndNoAccount()
    {
        List<HashSet<string>> secrets = [];
        for (var i = 0; i < 2; i++)
        {
            await using var portal = new PortalFactory();
            Assert.Equal(HttpStatusCode.OK, (await portal.Browser().GetAsync("/setup")).StatusCode);
            await using (var db = await portal.OpenDbAsync()) Assert.Equal(0, await db.Users.CountAsync());
            var code = Regex.Match(portal.Services.GetRequiredService<SetupGate>().Announcement!, "[A-Z2-9]{5}-[A-Z2-9]{5}").Value;
            var keys = Directory.EnumerateFiles(portal.DataFolder, "key-*.xml", SearchOption.AllDirectories)
                .SelectMany(f => Regex.Matches(File.ReadAllText(f), "<value>([^<]+)</value>")).Select(m => m.Groups[1].Value).ToList();
            Assert.NotEmpty(keys);
            Assert.NotEmpty(code);
            secrets.Add([code, .. keys]);
            // an account comes from set-up or an invitation, nowhere else
            foreach (var way in new[] { "/register", "/sign-up", "/account/register", "/api/v1/register", "/api/v1/people" })
                Assert.NotEqual(HttpStatusCode.OK, (await portal.Browser().PostAsync(way, new StringContent("{}"))).StatusCode);
        }
        Assert.Empty(secrets[0].Intersect(secrets[1]));
    }

    [Fact]
    public void File_OfOneLineWithoutEnd_IsReadInBoundedMemory()
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        var preview = ImportPreview.Of(() => new EndlessLine(64L << 20), "a.csv");
        using (var reader = RowReaders.Open(new EndlessLine(64L << 20), preview.Format))
            Assert.All(reader.Rows(), row => Assert.NotNull(row.Fault));

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 16L << 20);
    }

    [Fact]
    public async Task Body_NestedWithoutEnd_Is400()
    {
        await using var portal = new HostilePortal();
        await portal.InitializeAsync();
        await using var db = await portal.OpenDbAsync();
        var client = await portal.WithTokenAsync((await db.Users.SingleAsync(u => u.UserName == HostileWords.Lead)).Id);
        var deep = new string('[', 100_000);

        foreach (var route in new[] { "answers", "deck", "imports", "items/bulk", "views", "webhooks", "reviews" })
        {
            using var answer = await client.PostAsync($"/api/v1/projects/{portal.ProjectId}/{route}",
                new StringContent($"{{\"records\":{deep}", Encoding.UTF8, "application/json"));
            Assert.Equal((route, HttpStatusCode.BadRequest), (route, answer.StatusCode));
        }
    }

    // letters of a file that nobody has to have on disk
    private sealed class EndlessLine(long bytes) : Stream
    {
        public override bool CanRead => true;
        public override bool CanSeek => true;
        public override bool CanWrite => false;
        public override long Length => bytes;
        public override long Position { get; set; }

        public override int Read(byte[] buffer, int offset, int count)
        {
            count = (int)Math.Min(count, bytes - Position);
            Array.Fill(buffer, (byte)'a', offset, count);
            Position += count;
            return count;
        }

        public override void Flush() { }
        public override long Seek(long offset, SeekOrigin origin) => Position = offset + origin switch
        {
            SeekOrigin.Begin => 0, SeekOrigin.End => bytes, _ => Position,
        };
        public override void SetLength(long value) => throw new NotSupportedException();
        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
