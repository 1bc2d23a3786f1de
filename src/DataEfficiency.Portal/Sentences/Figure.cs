namespace DataEfficiency.Portal.Sentences;

/// <summary>A number that is written in a way of its own (rounded, with a currency) and still chooses between "label" and
/// "labels".</summary>
public readonly record struct Figure(double Value, string Text)
{
    public static implicit operator string(Figure figure) => figure.Text;

    public override string ToString() => Text;
}
