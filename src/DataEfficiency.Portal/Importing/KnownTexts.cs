using System.Buffers.Binary;
using DataEfficiency.Portal.Storage;
using Microsoft.EntityFrameworkCore;

namespace DataEfficiency.Portal.Importing;

/// <summary>The texts a project has already, by the first half of their hash: 30 bytes a text, where the texts themselves might not fit
/// into memory.</summary>
internal sealed class KnownTexts
{
    private readonly Dictionary<UInt128, int> lines = [];

    public static async Task<KnownTexts> LoadAsync(AppDbContext db, int projectId, CancellationToken cancel)
    {
        var known = new KnownTexts();
        await foreach (var hash in db.Items.Where(i => i.ProjectId == projectId).Select(i => i.TextHash).AsAsyncEnumerable()
            .WithCancellation(cancel)) known.lines[Key(hash)] = 0;
        return known;
    }

    /// <summary>Null where the text is new (and known from now on); else the line it stood on, 0 for an item of an earlier
    /// import.</summary>
    public int? LineOf(MappedRow row) => lines.TryAdd(Key(row.TextHash), row.Line) ? null : lines[Key(row.TextHash)];

    private static UInt128 Key(byte[] hash) => BinaryPrimitives.ReadUInt128BigEndian(hash);
}
