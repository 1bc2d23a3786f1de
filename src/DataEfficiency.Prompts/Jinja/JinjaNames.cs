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

    /// <summary>A macro's parameter: for the macros around it a name of its own from here on, as jinja2 counts.</summary>
    public string Parameter(string name) => Assign(new Name(name, 0)).Text;

    public void BeginMacro() => macros.Push(([], []));

    public IReadOnlySet<string> EndMacro() => macros.Pop().Read;
}
