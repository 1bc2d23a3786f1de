using System.Buffers.Binary;
using System.Text;
using DataEfficiency.Engine.Catalog;
using DataEfficiency.Engine.Models.Files;
using DataEfficiency.Prompts;
using TorchSharp;
using static TorchSharp.torch;

namespace DataEfficiency.Engine.Tests.Models.Files;

public sealed class SafetensorsFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("safetensors").FullName;

    private string Write(string header, int data, ulong? length = null)
    {
        var json = Encoding.UTF8.GetBytes(header);
        var bytes = new byte[8 + json.Length + data];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, length ?? (ulong)json.Length);
        json.CopyTo(bytes, 8);
        var path = Path.Combine(_folder, "model.safetensors");
        File.WriteAllBytes(path, bytes);
        return path;
    }

    [Theory]
    [InlineData("BF16", 2e-2), InlineData("F16", 2e-3), InlineData("F32", 0)]
    public void Write_ThenRead_GivesTheValuesBack(string type, double tolerance)
    {
        using var scope = NewDisposeScope();
        var dtype = type switch { "BF16" => bfloat16, "F16" => float16, _ => float32 };
        var values = arange(-3, 3, .37, dtype: float32).view(1, -1);
        var path = Path.Combine(_folder, "round.safetensors");
        SafetensorsFile.Write(path, [("x", values), ("y", values.t())], dtype);
        using var file = SafetensorsFile.Open(path);
        Assert.Equal(type, file.Entries["x"].Dtype);
        Assert.True((file.Read("x", float32) - values).abs().max().ToDouble() <= tolerance);
        Assert.True((file.Read("y", float32) - values.t()).abs().max().ToDouble() <= tolerance);
    }

    [Theory]
    [InlineData("""{"x":{"dtype":"F32","shape":[4],"data_offsets":[0,16]}}""", 12, "x ends at byte 16, expected at most 12")]
    [InlineData("""{"x":{"dtype":"F32","shape":[5],"data_offsets":[0,16]}}""", 16, "does not fit its 16 bytes")]
    [InlineData("""{"x":{"dtype":"F32","shape":[-4],"data_offsets":[0,16]}}""", 16, "does not fit")]
    [InlineData("""{"x":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,0]}}""", 16, "does not fit")]
    [InlineData("""{"x":{"dtype":"F32","shape":[4],"data_offsets":[16,0]}}""", 16, "absurd offsets")]
    [InlineData("""{"x":{"dtype":"F32","shape":[4],"data_offsets":[-16,0]}}""", 16, "absurd offsets")]
    [InlineData(
        """{"x":{"dtype":"F32","shape":[4],"data_offsets":[0,16]},"y":{"dtype":"F32","shape":[2],"data_offsets":[8,16]}}""", 16,
            "inside the tensor before it")]
    [InlineData("""{"x":{"dtype":"Q4","shape":[4],"data_offsets":[0,16]}}""", 16, "type Q4, which is not computed with")]
    [InlineData("""{"x":{"dtype":"F32"}}""", 16, "no safetensors header")]
    [InlineData("""["x"]""", 16, "no safetensors header")]
    [InlineData("{", 16, "no safetensors header")]
    public void Open_DamagedFile_NamesFileTensorAndFault(string header, int data, string fault)
    {
        var path = Write(header, data);
        var error = Assert.Throws<ModelException>(() => SafetensorsFile.Open(path));
        Assert.Contains(path, error.Message);
        Assert.Contains(fault, error.Message);
    }

    [Theory]
    [InlineData("F8_E4M3", 4)]
    [InlineData("F8_E5M2", 4)]
    [InlineData("I8", 4)]
    [InlineData("I4", 2)]
    [InlineData("U8", 4)]
    [InlineData("BOOL", 4)]
    [InlineData("I32", 16)]
    [InlineData("I64", 32)]
    public void Require_WeightsOfATypeThatIsNotComputedWith_AreRefusedByThatName(string dtype, int bytes)
    {
        var path = Write($$$"""{"x":{"dtype":"{{{dtype}}}","shape":[4],"data_offsets":[0,{{{bytes}}}]}}""", bytes);
        var error = Assert.Throws<ModelException>(() =>
        {
            using var file = SafetensorsFile.Open(path);
            file.Require("x", 4);
        });
        Assert.Contains($"tensor x has type {dtype}, which is not computed with", error.Message);
    }

    [Fact]
    public void Inspect_FolderWhoseWeightsAreBytes_IsRefusedByThatName()
    {
        using var model = new TinyModel();
        var path = Path.Combine(model.Folder, WeightFiles.SingleName);
        List<(string, Tensor)> coded;
        using (var file = SafetensorsFile.Open(path)) coded = [.. file.Entries.Keys.Select(name => (name, file.Read(name)))];
        SafetensorsFile.Write(path, coded, ScalarType.Byte);
        coded.ForEach(t => t.Item2.Dispose());
        Assert.Contains("has type U8, which is not computed with", ModelFolder.Inspect(model.Folder).Problem);
        Assert.Contains("has type U8", Assert.Throws<ModelException>(() => Estimator.Load(model.Folder)).Message);
    }

    [Theory]
    [InlineData(ulong.MaxValue, "absurd"), InlineData(1_000_000UL, "truncated")]
    public void Open_WrongHeaderLength_IsRefused(ulong length, string fault)
    {
        var error = Assert.Throws<ModelException>(() => SafetensorsFile.Open(Write("{}", 0, length)));
        Assert.Contains(fault, error.Message);
        Assert.Equal(ModelFault.Damaged, error.Fault);
    }

    [Fact]
    public void CopyTo_AnotherShape_NamesExpectedAndFound()
    {
        using var file = SafetensorsFile.Open(Write("""{"x":{"dtype":"F32","shape":[4],"data_offsets":[0,16]}}""", 16));
        using var destination = zeros(2, 2);
        var error = Assert.Throws<ModelException>(() => file.CopyTo("x", destination));
        Assert.Contains("expected shape [2, 2], found [4]", error.Message);
        Assert.Contains("tensor y [2, 2] is missing", Assert.Throws<ModelException>(() => file.CopyTo("y", destination)).Message);
    }

    public void Dispose() => Directory.Delete(_folder, true);
}
