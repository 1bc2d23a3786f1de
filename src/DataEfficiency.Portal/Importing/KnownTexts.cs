using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using DataEfficiency.Portal.Storage;
using Microsoft.EntityFrameworkCore;

namespace DataEfficiency.Portal.Importing;

/// <summary>The texts and ids a project has already, by the first half of their hash: 30 bytes each, where the texts themselves might not
/// fit into memory.</summary>
internal sealed class KnownTexts
{
    private readonly Dictionary<UInt128, int> lines = [], ids = [];

    /// <param name="import">Whose own items keep their lines: an earlier try may have stored some.</param>
    public static async Task<KnownTexts> LoadAsync(AppDbContext db, Import import, CancellationToken cancel)
    {
        var known = new KnownTexts();
        await foreach (var item in db.Items.Where(i => i.ProjectId == import.ProjectId)
            .Select(i => new { i.TextHash, i.ExternalId, Line = i.ImportId == import.Id ? i.Line : 0 }).AsAsyncEnumerable()
            .WithCancellation(cancel))
        {
            known.lines.TryAdd(Key(item.TextHash), item.Line);
            if (item.ExternalId is { } id) known.ids.TryAdd(Key(id), item.Line);
        }
        return known;
    }

    /// <summary>Null where the text is new (and known from now on); else the line it stood on, 0 for an item of an earlier
    /// import.</summary>
    public int? LineOf(MappedRow row) => lines.TryAdd(Key(row.TextHash), row.Line) ? null : lines[Key(row.TextHash)];

    /// <summary>The same of its id; null too where it has none.</summary>
    public int? LineOfId(MappedRow row) => row.ExternalId is not { } id || ids.TryAdd(Key(id), row.Line) ? null : ids[Key(id)];

    private static UInt128 Key(string id) => Key(SHA256.HashData(Encoding.UTF8.GetBytes(id)));

    private static UInt128 Key(byte[] hash) => BinaryPrimitives.ReadUInt128BigEndian(hash);
}
