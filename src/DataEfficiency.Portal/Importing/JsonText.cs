using System.Text;
using System.Text.Json;

namespace DataEfficiency.Portal.Importing;

/// <summary>
/// Walks through JSON of any size, value by value, without building it: finds where values begin and end, so that each can be parsed alone,
/// a fault costs one value, and memory is bounded by one value.
/// </summary>
internal sealed class JsonText(StreamReader text) : IDisposable
{
    private readonly char[] _buffer = new char[1 << 15];
    private int _position, _filled;

    public int Line { get; private set; } = 1;

    /// <summary>The last <see cref="Read"/> met a value longer than a row may be.</summary>
    public bool TooLong { get; private set; }

    /// <summary>The next character that is no blank, not taken yet; -1 at the end.</summary>
    public int Next()
    {
        int c;
        while ((c = Peek()) >= 0 && char.IsWhiteSpace((char)c)) Take();
        return c;
    }

    public int Take()
    {
        var c = Peek();
        if (c < 0) return c;
        _position++;
        if (c == '\n') Line++;
        return c;
    }

    /// <summary>Takes the character where it comes next.</summary>
    public bool Take(char c)
    {
        if (Next() != c) return false;
        Take();
        return true;
    }

    /// <summary>Takes one value of any kind; false where the file ends inside it.</summary>
    /// <param name="into">Gets its text, as far as a row may be long; null: it is passed over.</param>
    public bool Read(StringBuilder? into)
    {
        TooLong = false;
        var depth = 0;
        do
        {
            // blanks of a value stay: its lines are counted, and a fault shows where
            var c = depth == 0 ? Next() : Peek();
            if (c < 0) return false;
            if (c == '"')
            {
                if (!ReadString(into)) return false;
                continue;
            }
            if (c is '{' or '[') depth++;
            else if (c is '}' or ']') depth--;
            else if (depth == 0)
            {
                ReadBare(into);
                return true;
            }
            Append(into, (char)Take());
        }
        while (depth > 0);
        return true;
    }

    /// <summary>A property's name with its colon; null where none is there.</summary>
    public string? Name()
    {
        if (Next() != '"') return null;
        var json = new StringBuilder();
        if (!Read(json) || TooLong || !Take(':')) return null;
        try { return JsonSerializer.Deserialize<string>(json.ToString()); }
        catch (Exception e) when (e is JsonException or InvalidOperationException) { return null; }
    }

    private bool ReadString(StringBuilder? into)
    {
        Append(into, (char)Take());
        while (true)
        {
            var c = Take();
            if (c < 0) return false;
            Append(into, (char)c);
            if (c == '"') return true;
            if (c != '\\') continue;
            if ((c = Take()) < 0) return false;
            Append(into, (char)c);
        }
    }

    // at least one character, so that a stray sign does not stop the walk
    private void ReadBare(StringBuilder? into)
    {
        do Append(into, (char)Take());
        while (Peek() is >= 0 and var c && !(c is ',' or '{' or '}' or '[' or ']' or '"' || char.IsWhiteSpace((char)c)));
    }

    private void Append(StringBuilder? into, char c)
    {
        if (into is null) return;
        if (into.Length >= ImportLimits.RowCharacters) TooLong = true;
        else into.Append(c);
    }

    private int Peek()
    {
        if (_position < _filled) return _buffer[_position];
        _position = 0;
        _filled = text.Read(_buffer, 0, _buffer.Length);
        return _filled > 0 ? _buffer[0] : -1;
    }

    public void Dispose() => text.Dispose();
}
