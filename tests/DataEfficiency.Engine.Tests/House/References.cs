// Which types a compiled type mentions: its base and interfaces, the types of its fields, parameters, results and locals, and what its code
// calls. Types that the compiler made (closures, iterators, lambdas' classes) count as the type around them. Constants leave no trace in
// compiled code: for those, see the `using` lines.
using System.Reflection;
using System.Reflection.Emit;

namespace DataEfficiency.Engine.Tests.House;

internal static class References
{
    private const BindingFlags Own =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.Instance | BindingFlags.DeclaredOnly;

    private static readonly Dictionary<short, OpCode> Codes = typeof(OpCodes).GetFields().Select(f => (OpCode)f.GetValue(null)!)
        .ToDictionary(c => c.Value);

    /// <summary>Types of the assembly that hold no other type's code, with everything that each mentions, of any assembly, itself left
    /// out.</summary>
    public static Dictionary<Type, HashSet<Type>> Of(Assembly assembly)
    {
        Dictionary<Type, HashSet<Type>> found = [];
        foreach (var type in assembly.GetTypes())
        {
            var outer = Outermost(type);
            if (!found.TryGetValue(outer, out var mentioned)) found[outer] = mentioned = [];
            foreach (var other in Mentioned(type).SelectMany(Parts).Select(Outermost).Where(t => t != outer)) mentioned.Add(other);
        }
        return found;
    }

    /// <summary>The types that a type's callers see: base, interfaces, and the signatures of members that are public or can be
    /// inherited.</summary>
    public static IEnumerable<Type> Signatures(Type type) => new[] { type.BaseType }.Concat(type.GetInterfaces())
        .Concat(type.GetFields(Own).Where(f => f.IsPublic || f.IsFamily).Select(f => f.FieldType))
        .Concat(type.GetMethods(Own).Cast<MethodBase>().Concat(type.GetConstructors(Own)).Where(m => m.IsPublic || m.IsFamily)
            .SelectMany(Signature))
        .Concat(type.GetNestedTypes().SelectMany(Signatures))
        .OfType<Type>().SelectMany(Parts).Select(Outermost).Where(t => t != type).Distinct();

    public static Type Outermost(Type type) =>
        type.DeclaringType is { } outer ? Outermost(outer) : type.IsGenericType ? type.GetGenericTypeDefinition() : type;

    private static IEnumerable<Type> Mentioned(Type type)
    {
        if (type.BaseType is { } parent) yield return parent;
        foreach (var other in type.GetInterfaces()) yield return other;
        foreach (var field in type.GetFields(Own)) yield return field.FieldType;
        foreach (var method in type.GetMethods(Own).Cast<MethodBase>().Concat(type.GetConstructors(Own)))
            foreach (var other in Signature(method).Concat(Called(method))) yield return other;
    }

    private static IEnumerable<Type> Signature(MethodBase method) =>
        method.GetParameters().Select(p => p.ParameterType).Concat(method is MethodInfo { ReturnType: var result } ? [result] : []);

    private static IEnumerable<Type> Called(MethodBase method)
    {
        if (method.GetMethodBody() is not { } body || body.GetILAsByteArray() is not { } code) yield break;
        foreach (var local in body.LocalVariables) yield return local.LocalType;
        var types = method.DeclaringType!.IsGenericType ? method.DeclaringType.GetGenericArguments() : null;
        var arguments = method.IsGenericMethod ? method.GetGenericArguments() : null;
        for (var at = 0; at < code.Length;)
        {
            var value = code[at] == 0xFE ? (short)(0xFE00 | code[at + 1]) : code[at];
            at += code[at] == 0xFE ? 2 : 1;
            var operand = Codes[value].OperandType;
            if (operand is OperandType.InlineMethod or OperandType.InlineField or OperandType.InlineType or OperandType.InlineTok)
                foreach (var type in Named(method.Module.ResolveMember(BitConverter.ToInt32(code, at), types, arguments)!))
                    yield return type;
            at += operand switch
            {
                OperandType.InlineNone => 0,
                OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
                OperandType.InlineVar => 2,
                OperandType.InlineI8 or OperandType.InlineR => 8,
                OperandType.InlineSwitch => 4 + 4 * BitConverter.ToInt32(code, at),
                _ => 4,
            };
        }
    }

    private static IEnumerable<Type> Named(MemberInfo member) => member switch
    {
        Type type => [type],
        FieldInfo field => [field.DeclaringType!, field.FieldType],
        MethodBase method =>
            Signature(method).Append(method.DeclaringType!).Concat(method.IsGenericMethod ? method.GetGenericArguments() : []),
        _ => [],
    };

    // List<Decoder[]> is List, and Decoder.
    private static IEnumerable<Type> Parts(Type type) =>
        type.HasElementType ? Parts(type.GetElementType()!)
        : type.IsGenericParameter ? []
        : type.IsGenericType ? type.GetGenericArguments().SelectMany(Parts).Append(type.GetGenericTypeDefinition())
        : [type];
}
