// Tab-separated values know no quoting, but Excel and pandas write quotes around some fields all the same: around those that hold a tab, a
// line end or a quote (Excel: a comma too). Told by texts that nobody but such a writer makes.
namespace DataEfficiency.Portal.Importing;

internal sealed class QuotedTabs
{
    private readonly List<int> _widths = [];
    private bool _doubled, _comma, _bareComma, _lineEnd, _bareHeader, _broken;

    /// <param name="text">The beginning of the file.</param>
    /// <param name="cut">The file goes on behind it.</param>
    public static bool Looks(string text, bool cut)
    {
        if (!text.Contains('"')) return false;
        var read = new QuotedTabs();
        read.Read(text.TrimEnd('\r', '\n'), cut);
        if (cut && read._widths.Count > 1) read._widths.RemoveAt(read._widths.Count - 1);
        if (read._broken || read._widths.Distinct().Count() != 1) return false;
        var lines = text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => l.Count(c => c == '\t') + 1).ToList();
        if (cut && lines.Count > 1) lines.RemoveAt(lines.Count - 1);
        // where every line is a row already, no two of them may become one
        return lines.Distinct().Count() > 1 || !read._lineEnd && (!read._bareHeader || read._doubled || read._comma && !read._bareComma);
    }

    private void Read(string text, bool cut)
    {
        for (var (i, width) = (0, 1); !_broken; i++)
        {
            var end = i < text.Length && text[i] == '"' ? Enclosed(text, i, cut) : Bare(text, i);
            if (end >= text.Length || text[end] is '\r' or '\n')
            {
                _widths.Add(width);
                width = 0;
                if (end >= text.Length) return;
                if (text[end] == '\r' && end + 1 < text.Length && text[end + 1] == '\n') end++;
            }
            (i, width) = (end, width + 1);
        }
    }

    private int Enclosed(string text, int from, bool cut)
    {
        var i = from + 1;
        for (; i < text.Length; i++)
        {
            _comma |= text[i] == ',';
            _lineEnd |= text[i] is '\r' or '\n';
            if (text[i] != '"') continue;
            if (i + 1 == text.Length || text[i + 1] != '"') break;
            _doubled = true;
            i++;
        }
        if (i >= text.Length) _broken = !cut;
        else if (i + 1 < text.Length && text[i + 1] is not ('\t' or '\r' or '\n')) _broken = true;
        return i + 1;
    }

    private int Bare(string text, int from)
    {
        var end = text.AsSpan(Math.Min(from, text.Length)).IndexOfAny('\t', '\r', '\n');
        end = end < 0 ? text.Length : from + end;
        var field = text.AsSpan(Math.Min(from, text.Length), Math.Max(0, end - from));
        // such a writer encloses whatever holds a quote
        _broken |= field.Contains('"');
        _bareComma |= field.Contains(',');
        _bareHeader |= _widths.Count == 0;
        return end;
    }
}
