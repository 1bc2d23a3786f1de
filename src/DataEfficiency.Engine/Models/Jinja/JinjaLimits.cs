// What one rendering may cost. A template comes with a downloaded model: it must not be able to fill memory or run for ever.
namespace DataEfficiency.Engine.Models.Jinja;

internal sealed class JinjaLimits
{
    public const int Steps = 2_000_000, Text = 8 << 20, Depth = 300, Range = 100_000;

    private int steps, depth;
    private long made;

    public void Step()
    {
        if (++steps > Steps) throw new ChatTemplateException($"the template takes more than {Steps:N0} steps");
    }

    /// <summary>Counts every text that is made, so that doubling a string or joining many ends too.</summary>
    public string Made(string text)
    {
        MayMake(text.Length);
        return text;
    }

    public void MayMake(long length)
    {
        // Long prompts are carried through a handful of operations each: the sum may be well above one text.
        if (length > Text || (made += length) > 32L * Text) throw new ChatTemplateException($"the template makes a text of more than {Text:N0} characters");
    }

    public void Enter()
    {
        if (++depth > Depth) throw new ChatTemplateException($"the template is nested or calls itself more than {Depth} deep");
    }

    public void Leave() => depth--;
}
