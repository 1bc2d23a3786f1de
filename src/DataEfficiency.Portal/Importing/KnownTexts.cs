using System.Buffers.Binary;
using DataEfficiency.Portal.Storage;
using Microsoft.EntityFrameworkCore;

namespace DataEfficiency.Portal.Importing;

/// <summary>The texts a project has already, by the first half of their hash: 30 bytes a text, where the texts themselves might not fit
/// into memory.</summary>
internal sealed class KnownTexts
{
    private readonly Dictionary<UInt128, int> lines = [];

    /// <param name="import">Whose own items keep their lines: an earlier try may have stored some.</param>
    public static async Task<KnownTexts> LoadAsync(AppDbContext db, Import import, CancellationToken cancel)
    {
        var known = new KnownTexts();
        await foreach (var item in db.Items.Where(i => i.ProjectId == import.ProjectId)
            .Select(i => new { i.TextHash, Line = i.ImportId == import.Id ? i.Line : 0 }).AsAsyncEnumerable().WithCancellation(cancel))
            known.lines.TryAdd(Key(item.TextHash), item.Line);
        return known;
    }

    /// <summary>Null where the text is new (and known from now on); else the line it stood on, 0 for an item of an earlier
    /// import.</summary>
    public int? LineOf(MappedRow row) => lines.TryAdd(Key(row.TextHash), row.Line) ? null : lines[Key(row.TextHash)];

    private static UInt128 Key(byte[] hash) => BinaryPrimitives.ReadUInt128BigEndian(hash);
}
