// What one rendering may cost. A template comes with a downloaded model: it must not be able to fill memory or run for ever.
using System.Numerics;

namespace DataEfficiency.Prompts.Jinja;

internal sealed class JinjaLimits
{
    public const int Steps = 2_000_000, Text = 8 << 20, Depth = 300, Range = 100_000, Bits = 1 << 16;

    // Long prompts are carried through a handful of operations each: their sum may be above one text.
    private const long AllTexts = 8L * Text;

    [ThreadStatic]
    private static JinjaLimits? running;

    private int depth;
    private long steps, made;

    /// <summary>Those of the reading or rendering on this thread: for what walks values, however deep they hold each other.</summary>
    public static JinjaLimits Running => running ??= new();

    /// <summary>Begins the reading or the rendering of a template on this thread.</summary>
    public static void Begin() => running = new();

    /// <summary>Walks a value that may hold others: they hold each other as deep, and as often, as a template likes.</summary>
    public static T Nested<T>(Func<T> walk)
    {
        var limits = Running;
        limits.Step();
        limits.Enter();
        var result = walk();
        limits.Leave();
        return result;
    }

    /// <summary>One step, or the work of so many.</summary>
    public void Step(long count = 1)
    {
        // looked at alone first: a count near the largest number would run over, and below zero is never too much
        if (count > Steps || (steps += count) > Steps) throw new ChatTemplateException($"the template takes more than {Steps:N0} steps");
    }

    /// <summary>A search may compare the whole of what it looks for at every place.</summary>
    public void Search(string text, string sought)
    {
        MayMake(text.Length);
        Step((long)text.Length * sought.Length >> 16);
    }

    /// <summary>Counts every text that is made or read through, so that doubling a string or joining many ends too.</summary>
    public string Made(string text)
    {
        MayMake(text.Length);
        return text;
    }

    public void MayMake(long length)
    {
        if (length > Text || (made += length) > AllTexts)
            throw new ChatTemplateException($"the template makes a text of more than {Text:N0} characters");
    }

    /// <summary>A whole number of so many bits.</summary>
    public void MayCount(long bits)
    {
        if (bits > Bits) throw new ChatTemplateException($"a number becomes too large: more than {Bits:N0} bits");
        Step(bits >> 10);
    }

    public BigInteger Counted(BigInteger number)
    {
        MayCount(number.GetBitLength());
        return number;
    }

    public void Enter()
    {
        if (++depth > Depth) throw new ChatTemplateException($"the template is nested or calls itself more than {Depth} deep");
    }

    public void Leave() => depth--;
}
