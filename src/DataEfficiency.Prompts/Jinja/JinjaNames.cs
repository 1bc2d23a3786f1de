// Which names a template assigns and reads, as the parser meets them: a macro takes caller, kwargs and varargs only where its body speaks
// of them.
namespace DataEfficiency.Prompts.Jinja;

internal sealed class JinjaNames
{
    private static readonly string[] Special = ["caller", "kwargs", "varargs"];
    private readonly HashSet<string> assigned = [];
    private readonly Stack<(HashSet<string> Read, HashSet<string> Assigned)> macros = new();

    public bool IsAssigned(string name) => assigned.Contains(name);

    public Name Read(Name name)
    {
        if (Special.Contains(name.Text))
            foreach (var (read, hidden) in macros)
                if (!hidden.Contains(name.Text)) read.Add(name.Text);
        return name;
    }

    public Name Assign(Name name)
    {
        assigned.Add(name.Text);
        foreach (var (_, hidden) in macros) hidden.Add(name.Text);
        return name;
    }

    /// <summary>A macro's parameter: known from here on, and no name that its body assigns.</summary>
    public string Parameter(string name)
    {
        assigned.Add(name);
        return name;
    }

    public void BeginMacro() => macros.Push(([], []));

    public IReadOnlySet<string> EndMacro() => macros.Pop().Read;
}
