using System.Reflection;
using DataEfficiency.Engine.Gradients;
using DataEfficiency.Engine.Gradients.CpuPass;
using DataEfficiency.Engine.Models;
using DataEfficiency.Engine.Models.Adapters;
using DataEfficiency.Prompts;

namespace DataEfficiency.Engine.Tests.Gradients.CpuPass;

public sealed class HandWrittenPassTests : IDisposable
{
    private readonly ModelSession _session = new(SmallFamilies.Decoder(SmallFamilies.All[0]));
    private readonly AdapterMatrices _matrices = AdapterMatrices.FromSeed(SmallFamilies.All[0], 1, 4);

    private static TokenSequence Sequence(int length, int answer = 3)
    {
        var random = new Random(length);
        int[] ids = [.. Enumerable.Range(0, length).Select(_ => random.Next(3, SmallFamilies.Vocabulary))];
        return TokenSequence.Answer(ids[..^answer], ids[^answer..], new HashSet<int>());
    }

    private HandWrittenPass Pass() => new(_session, _matrices, new RowLayout(_session.Decoder.Config, 4), 4);

    // What is told beforehand against what stands allocated afterwards.
    [Theory]
    [InlineData(20)]
    [InlineData(700)]
    public void BytesOf_AnExample_IsWhatItTakes(int length)
    {
        using var pass = Pass();
        var sequence = Sequence(length);
        pass.Run([sequence], half: true, default);
        var (told, held) = (pass.BytesOf(PassSize.Of([sequence])), pass.HeldBytes);
        Assert.InRange(held, .6 * told, told);
    }

    [Fact]
    public void Run_AfterManyExamples_HoldsNothingOfThem()
    {
        using var pass = Pass();
        var usual = Sequence(50);
        var before = pass.Run([usual], half: false, default)[0];
        Assert.InRange(pass.HeldBytes, 1, HandWrittenPass.UsualBytes);
        // many short ones: attention among the positions of long ones takes minutes
        TokenSequence[] many = [.. Enumerable.Range(0, 800).Select(i => Sequence(200 + i % 10))];
        Assert.True(pass.BytesOf(PassSize.Of(many)) > HandWrittenPass.UsualBytes);
        pass.Run(many, half: true, default);
        Assert.Equal(0, pass.HeldBytes);
        Assert.Equal(before.Values, pass.Run([usual], half: false, default)[0].Values);
    }

    // A thread of the pool serves the web before and after.
    [Fact]
    public void Gradients_KeepNothingOnAThread()
    {
        const BindingFlags all = BindingFlags.Static | BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic;
        var types = typeof(GradientRows).Assembly.GetTypes().Where(t => t.Namespace?.StartsWith(typeof(GradientRows).Namespace!) == true);
        var fields = types.SelectMany(t => t.GetFields(all)).ToList();
        Assert.NotEmpty(fields);
        Assert.DoesNotContain(fields, f => f.IsDefined(typeof(ThreadStaticAttribute)) || f.FieldType.Name.StartsWith("ThreadLocal"));
    }

    [Fact]
    public void Compute_WithTooLittleMemory_NamesModelLengthAndMemory()
    {
        using var rows = new GradientRows(_session, _matrices, 4, "small-model on cpu", () => 3 << 20);
        Assert.NotNull(rows.Compute([Sequence(50)])[0].Values);
        var said = Assert.Throws<ModelException>(() => rows.Compute([Sequence(2000)])).Message;
        const string expected = "^small-model on cpu: the gradient of an example of 2000 tokens "
            + @"needs \d\.\d GB of memory, 0\.0 GB are available\.$";
        Assert.Matches(expected, said);
    }

    public void Dispose()
    {
        _matrices.Dispose();
        _session.Dispose();
    }
}
