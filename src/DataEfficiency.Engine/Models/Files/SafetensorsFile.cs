// The safetensors format (huggingface/safetensors, README "Format"): eight bytes of header length, a JSON header, then the tensors' bytes.
using System.Buffers.Binary;
using System.IO.MemoryMappedFiles;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using DataEfficiency.Prompts;
using TorchSharp;
using static TorchSharp.torch;

namespace DataEfficiency.Engine.Models.Files;

/// <summary>One tensor of a file: element type as the file spells it, shape, byte range behind the header.</summary>
internal sealed record SafetensorsEntry(string Dtype, IReadOnlyList<long> Shape, long Begin, long End);

/// <summary>One memory-mapped file. Nothing is read before a tensor is asked for; every error names file, tensor, expected and
/// found.</summary>
internal sealed unsafe class SafetensorsFile : IDisposable
{
    private const long LongestHeader = 16 << 20;    // some hundred bytes a tensor: enough for 100,000 of them
    private const int MostDimensions = 8;
    private const long PieceElements = 1 << 22;     // 4 Mi elements at once: bounds the memory beside the destination
    private static readonly Dictionary<string, (ScalarType Type, int Size)> Types = new()
    {
        // The enumeration's own names: those of torch would start the native libraries, which a list of models does not need.
        ["F64"] = (ScalarType.Float64, 8), ["F32"] = (ScalarType.Float32, 4), ["F16"] = (ScalarType.Float16, 2),
        ["BF16"] = (ScalarType.BFloat16, 2),
        // No weights: what else a file may hold (positions, masks) and nobody asks for.
        ["I64"] = (ScalarType.Int64, 8), ["I32"] = (ScalarType.Int32, 4), ["U8"] = (ScalarType.Byte, 1), ["BOOL"] = (ScalarType.Bool, 1),
    };

    private readonly MemoryMappedFile _map;
    private readonly MemoryMappedViewAccessor _view;
    private readonly byte* _data;

    public string Path { get; }

    public IReadOnlyDictionary<string, SafetensorsEntry> Entries { get; }

    private SafetensorsFile(
        string path, MemoryMappedFile map, MemoryMappedViewAccessor view, long dataStart, Dictionary<string, SafetensorsEntry> entries)
    {
        (Path, _map, _view, Entries) = (path, map, view, entries);
        byte* start = null;
        view.SafeMemoryMappedViewHandle.AcquirePointer(ref start);
        _data = start + view.PointerOffset + dataStart;
    }

    /// <exception cref="ModelException">Missing, truncated or malformed file.</exception>
    public static SafetensorsFile Open(string path)
    {
        if (!File.Exists(path)) throw new ModelException(ModelFault.Missing, $"{path} is missing.");
        var length = new FileInfo(path).Length;
        if (length < 8)
            throw Damaged($"{path}: expected at least 8 bytes of header length, found {length}: the file is truncated.");
        byte[] header;
        using (var stream = File.OpenRead(path))
        {
            var first = new byte[8];
            stream.ReadExactly(first);
            var size = BinaryPrimitives.ReadUInt64LittleEndian(first);
            if (size > LongestHeader)
                throw Damaged($"{path}: header length {size} is absurd (limit {LongestHeader}): this is no safetensors file.");
            if ((long)size > length - 8)
                throw Damaged($"{path}: expected a header of {size} bytes, found {length - 8} bytes: the file is truncated.");
            header = new byte[size];
            stream.ReadExactly(header);
        }
        var dataStart = 8L + header.Length;
        var entries = Parse(path, header, length - dataStart);
        var map = MemoryMappedFile.CreateFromFile(path, FileMode.Open, null, 0, MemoryMappedFileAccess.Read);
        return new SafetensorsFile(path, map, map.CreateViewAccessor(0, 0, MemoryMappedFileAccess.Read), dataStart, entries);
    }

    private static Dictionary<string, SafetensorsEntry> Parse(string path, byte[] header, long dataLength)
    {
        var entries = new Dictionary<string, SafetensorsEntry>();
        try
        {
            using var json = JsonDocument.Parse(header);
            foreach (var tensor in json.RootElement.EnumerateObject())
            {
                var (name, node) = (tensor.Name, tensor.Value);
                if (name == "__metadata__") continue;
                var (shape, offsets) = (node.GetProperty("shape"), node.GetProperty("data_offsets"));
                if (offsets.GetArrayLength() != 2) throw new JsonException($"tensor {name}: data_offsets are two numbers");
                if (shape.GetArrayLength() > MostDimensions)
                    throw new JsonException($"tensor {name} has {shape.GetArrayLength()} dimensions");
                var entry = new SafetensorsEntry(
                    node.GetProperty("dtype").GetString() ?? throw new JsonException($"tensor {name} has no dtype"),
                    [.. shape.EnumerateArray().Select(s => s.GetInt64())], offsets[0].GetInt64(), offsets[1].GetInt64());
                if (!entries.TryAdd(name, entry)) throw new JsonException($"tensor {name} stands there twice");
            }
        }
        catch (Exception malformed) when (
            malformed is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            throw Damaged($"{path}: the header is no safetensors header: {malformed.Message}", malformed);
        }
        long end = 0;
        foreach (var (name, entry) in entries.OrderBy(e => e.Value.Begin).ThenBy(e => e.Value.End))
        {
            if (!Types.TryGetValue(entry.Dtype, out var type)) throw NotComputedWith(path, name, entry.Dtype);
            if (entry.Begin < 0 || entry.End < entry.Begin)
                throw Damaged($"{path}: tensor {name} has absurd offsets [{entry.Begin}, {entry.End}].");
            if (entry.End > dataLength)
                throw Damaged(
                    $"{path}: tensor {name} ends at byte {entry.End}, expected at most {dataLength}: the file is truncated.");
            if (entry.Begin < end)
                throw Damaged(
                    $"{path}: tensor {name} begins at byte {entry.Begin}, inside the tensor before it, which ends at {end}.");
            if (entry.Begin > end)
                throw Damaged(
                    $"{path}: tensor {name} begins at byte {entry.Begin}, expected {end}, where the tensor before it ends.");
            end = entry.End;
            var elements = (entry.End - entry.Begin) / type.Size;
            if (entry.Shape.Any(s => s < 0) || Elements(entry.Shape) != elements || elements * type.Size != entry.End - entry.Begin)
                throw Damaged(
                    $"{path}: tensor {name} {entry.Dtype} [{string.Join(", ", entry.Shape)}] does not "
                        + $"fit its {entry.End - entry.Begin} bytes.");
        }
        if (end != dataLength)
            throw Damaged($"{path}: the tensors end at byte {end}, expected {dataLength}, the end of the file.");
        return entries;
    }

    private static ModelException Damaged(string message, Exception? inner = null) => new(ModelFault.Damaged, message, inner);

    private static bool IsNumber(ScalarType type) =>
        type is ScalarType.Float64 or ScalarType.Float32 or ScalarType.Float16 or ScalarType.BFloat16;

    private static ModelException NotComputedWith(string path, string name, string dtype) =>
        new(ModelFault.Unsupported, $"{path}: tensor {name} has type {dtype}, which is not computed with (quantized "
            + "weights?). Get the model in BF16, F16, F32 or F64.");

    private static Int128 Elements(IReadOnlyList<long> shape)
    {
        Int128 product = 1;
        foreach (var s in shape) product = product > long.MaxValue ? product : product * s;
        return product;
    }

    /// <summary>The entry of a tensor, checked against the shape that is expected of it.</summary>
    public SafetensorsEntry Require(string name, params long[] shape)
    {
        if (!Entries.TryGetValue(name, out var entry))
            throw new ModelException($"{Path}: tensor {name} [{string.Join(", ", shape)}] is missing.");
        if (!IsNumber(Types[entry.Dtype].Type)) throw NotComputedWith(Path, name, entry.Dtype);
        return entry.Shape.SequenceEqual(shape) ? entry
            : throw new ModelException(
                $"{Path}: tensor {name}: expected shape [{string.Join(", ", shape)}], found [{string.Join(", ", entry.Shape)}].");
    }

    /// <summary>Copies a tensor of the destination's shape into it, converting to its type; the destination must be contiguous.</summary>
    public void CopyTo(string name, Tensor destination)
    {
        var entry = Require(name, destination.shape);
        var (type, size) = Types[entry.Dtype];
        using var scope = NewDisposeScope();
        using var plain = no_grad();
        var flat = destination.view(-1);
        for (long at = 0, all = flat.shape[0]; at < all; at += PieceElements)
        {
            var count = Math.Min(PieceElements, all - at);
            using var piece = empty(count, dtype: type);
            var bytes = new ReadOnlySpan<byte>(_data + entry.Begin + at * size, checked((int)(count * size)));
            if (!AreFinite(bytes, type)) throw NotFinite(name);
            bytes.CopyTo(piece.bytes);
            using var part = flat.narrow(0, at, count);
            part.copy_(piece);
            Forget(entry.Begin + at * size, count * size);
        }
    }

    // The pages just read would stay in the process's resident memory as long as the file is mapped; the system keeps them in its cache as
    // long as it likes.
    private void Forget(long begin, long bytes)
    {
        if (!OperatingSystem.IsLinux()) return;
        long page = Environment.SystemPageSize, first = (long)(_data + begin) / page * page;
        _ = MemoryAdvise((nint)first, (nuint)((long)(_data + begin) + bytes - first), DoNotNeed);
    }

    private const int DoNotNeed = 4; // MADV_DONTNEED; on a mapping that is only read nothing is lost, and a failure changes nothing

    [DllImport("libc", EntryPoint = "madvise")]
    private static extern int MemoryAdvise(nint address, nuint length, int advice);

    /// <summary>Reads every value once.</summary>
    /// <exception cref="ModelException">A tensor holds NaN or infinity; the message names it.</exception>
    public void RequireFinite()
    {
        foreach (var (name, entry) in Entries)
        {
            var (type, size) = Types[entry.Dtype];
            for (var at = entry.Begin; at < entry.End; at += PieceElements * size)
            {
                var length = Math.Min(PieceElements * size, entry.End - at);
                if (!AreFinite(new ReadOnlySpan<byte>(_data + at, (int)length), type)) throw NotFinite(name);
                Forget(at, length);
            }
        }
    }

    private ModelException NotFinite(string name) => new(
        $"{Path}: tensor {name} holds values that are no finite numbers (NaN or infinity): the weights are damaged. Get the file again.");

    private static bool AreFinite(ReadOnlySpan<byte> bytes, ScalarType type) => type switch
    {
        ScalarType.Float64 => AreFinite(bytes, 0x7FF0_0000_0000_0000UL),
        ScalarType.Float32 => AreFinite(bytes, 0x7F80_0000U),
        ScalarType.Float16 => AreFinite(bytes, (ushort)0x7C00),
        ScalarType.BFloat16 => AreFinite(bytes, (ushort)0x7F80),
        _ => true,
    };

    // NaN and infinity are the values whose exponent bits are all set.
    private static bool AreFinite<T>(ReadOnlySpan<byte> bytes, T exponent) where T : unmanaged, IBinaryInteger<T>
    {
        var values = MemoryMarshal.Cast<byte, T>(bytes);
        var mask = new Vector<T>(exponent);
        var i = 0;
        for (; i + Vector<T>.Count <= values.Length; i += Vector<T>.Count)
            if (Vector.EqualsAny(new Vector<T>(values[i..]) & mask, mask)) return false;
        for (; i < values.Length; i++)
            if ((values[i] & exponent) == exponent) return false;
        return true;
    }

    /// <summary>A new tensor of the stored shape, in the stored type or in <paramref name="dtype"/>.</summary>
    public Tensor Read(string name, ScalarType? dtype = null)
    {
        if (!Entries.TryGetValue(name, out var entry)) throw new ModelException($"{Path}: tensor {name} is missing.");
        var tensor = empty([.. entry.Shape], dtype: dtype ?? Types[entry.Dtype].Type);
        CopyTo(name, tensor);
        return tensor;
    }

    /// <summary>Writes the tensors in the order given as BF16, F16 or F32.</summary>
    public static void Write(string path, IReadOnlyList<(string Name, Tensor Value)> tensors, ScalarType dtype)
    {
        var (spelled, size) = Types.Where(t => t.Value.Type == dtype).Select(t => (t.Key, t.Value.Size)).First();
        var header = new JsonObject { ["__metadata__"] = new JsonObject { ["format"] = "pt" } };
        long at = 0;
        foreach (var (name, value) in tensors)
        {
            var end = at + value.numel() * size;
            header[name] = new JsonObject
            {
                ["dtype"] = spelled,
                ["shape"] = new JsonArray([.. value.shape.Select(s => (JsonNode)s)]),
                ["data_offsets"] = new JsonArray(at, end),
            };
            at = end;
        }
        var json = JsonSerializer.SerializeToUtf8Bytes(header);
        var padded = (json.Length + 7) / 8 * 8; // tensors begin at a multiple of eight bytes
        using var stream = File.Create(path);
        Span<byte> length = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)padded);
        stream.Write(length);
        stream.Write(json);
        for (var i = json.Length; i < padded; i++) stream.WriteByte((byte)' ');
        foreach (var (_, value) in tensors)
        {
            using var scope = NewDisposeScope();
            var flat = value.detach().to(CPU).to(dtype).contiguous().view(-1);
            // A span holds 2 GiB at most.
            for (long first = 0; first < flat.numel(); first += PieceElements)
                stream.Write(flat.narrow(0, first, Math.Min(PieceElements, flat.numel() - first)).bytes);
        }
    }

    public void Dispose()
    {
        _view.SafeMemoryMappedViewHandle.ReleasePointer();
        _view.Dispose();
        _map.Dispose();
    }
}
