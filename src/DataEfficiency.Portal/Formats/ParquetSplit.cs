using DataEfficiency.Portal.Tasks;
using Parquet;
using Parquet.Schema;

namespace DataEfficiency.Portal.Formats;

/// <summary>A split's rows as Parquet: id, text and label, which is a text, a list of texts, or a list of marked parts.</summary>
internal static class ParquetSplit
{
    private const int GroupRows = 10_000;

    public static async Task WriteAsync(Stream output, AnswerShape shape, IAsyncEnumerable<FormatItem> items,
        CancellationToken cancellation)
    {
        var schema = new ParquetSchema(new DataField<string>("id"), new DataField<string>("text"), Label(shape));
        await using var writer = await ParquetWriter.CreateAsync(schema, output, new ParquetOptions(), cancellationToken: cancellation);
        await foreach (var rows in items.Chunk(GroupRows).WithCancellation(cancellation))
        {
            using var group = writer.CreateRowGroup();
            var fields = schema.DataFields;
            await group.WriteAsync(fields[0], (IReadOnlyCollection<string>)[.. rows.Select(r => r.Id)]);
            await group.WriteAsync(fields[1], (IReadOnlyCollection<string>)[.. rows.Select(r => r.Item.Text)]);
            if (shape == AnswerShape.Labels)
                await ListAsync(group, fields[2], rows, r => r.Final!.Labels!, l => l.AsMemory(), cancellation);
            else if (shape == AnswerShape.Spans)
            {
                await ListAsync(group, fields[2], rows, r => r.Final!.Spans!, s => (long)s.Start, cancellation);
                await ListAsync(group, fields[3], rows, r => r.Final!.Spans!, s => (long)s.End, cancellation);
                await ListAsync(group, fields[4], rows, r => r.Final!.Spans!, s => s.Label.AsMemory(), cancellation);
            }
            else await group.WriteAsync(fields[2], (IReadOnlyCollection<string>)[.. rows.Select(r => r.Final!.Text ?? r.Final.Labels![0])]);
        }
    }

    private static Field Label(AnswerShape shape) => shape switch
    {
        AnswerShape.Labels => new ListField("label", new DataField<string>("element")),
        AnswerShape.Spans => new ListField("label", new StructField("element", new DataField<long>("start"), new DataField<long>("end"),
            new DataField<string>("label"))),
        _ => new DataField<string>("label"),
    };

    // levels as Dremel has them: an empty list is an entry without a value, one below that of a list that has some
    private static Task ListAsync<TPart, TValue>(ParquetRowGroupWriter group, DataField field, FormatItem[] rows,
        Func<FormatItem, IReadOnlyList<TPart>> parts, Func<TPart, TValue> value, CancellationToken cancellation) where TValue : struct
    {
        const int empty = 1;
        List<TValue> values = [];
        List<int> defined = [], repeated = [];
        foreach (var row in rows)
        {
            var all = parts(row);
            if (all.Count == 0)
            {
                defined.Add(empty);
                repeated.Add(0);
            }
            for (var i = 0; i < all.Count; i++)
            {
                values.Add(value(all[i]));
                defined.Add(field.MaxDefinitionLevel);
                repeated.Add(i == 0 ? 0 : 1);
            }
        }
        return group.WriteAllPartsAsync<TValue>(field, values.ToArray(), defined.ToArray(), repeated.ToArray(), cancellation);
    }
}
