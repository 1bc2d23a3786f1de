// A model's chat template: messages to the prompt string that the model was trained on. Jinja as transformers sets it up (its sandbox,
// trim_blocks, lstrip_blocks, tojson, loop controls, generation tag), by an evaluator of our own; what it refuses stands in JinjaRefused.
using System.Text.Json;
using DataEfficiency.Prompts.Jinja;
using DataEfficiency.Prompts.Tokenization;

namespace DataEfficiency.Prompts;

public sealed class ChatTemplate
{
    private const int LargestTemplate = 1 << 20;
    private static readonly string[] SpecialTokens =
        ["bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token"];

    private readonly JinjaTemplate template;
    private readonly Dictionary<string, string> tokens;
    private readonly string source;
    private readonly TimeProvider time;

    /// <param name="template">Jinja text.</param>
    /// <param name="tokens">bos_token, eos_token and so on, as variables of the template.</param>
    /// <param name="source">Names the template in errors.</param>
    /// <exception cref="ChatTemplateException">The template is malformed or uses a construct that is not supported.</exception>
    public ChatTemplate(string template, IReadOnlyDictionary<string, string>? tokens = null, string source = "chat template",
        TimeProvider? time = null)
    {
        (this.tokens, this.source, this.time) = (new(tokens ?? new Dictionary<string, string>()), source, time ?? TimeProvider.System);
        if (template.Length > LargestTemplate)
            throw new ChatTemplateException($"{source}: a template of more than {LargestTemplate:N0} characters is not read.");
        this.template = Named(() => JinjaTemplate.Read(template));
    }

    /// <summary>The template of a model folder (chat_template.jinja, else "chat_template" of tokenizer_config.json: a string, or a list
    /// with the name "default"), or null where it has none.</summary>
    /// <exception cref="ModelException">A file is damaged, or the template cannot be read (<see
    /// cref="ChatTemplateException"/>).</exception>
    public static ChatTemplate? Load(string folder, TimeProvider? time = null)
    {
        var config = Path.Combine(folder, "tokenizer_config.json");
        var file = Path.Combine(folder, "chat_template.jinja");
        var tokens = new Dictionary<string, string>();
        bool TokensOf(JsonPart root)
        {
            foreach (var name in SpecialTokens)
                if (root.Optional(name) is { } part)
                    tokens[name] = part.Element.ValueKind == JsonValueKind.Object ? part.Text("content") ?? "" : part.Text();
            return true;
        }
        // Older folders name their special tokens in special_tokens_map.json alone.
        JsonPart.Read(Path.Combine(folder, "special_tokens_map.json"), TokensOf);
        var template = JsonPart.Read(config, root =>
        {
            TokensOf(root);
            return !File.Exists(file) && root.Optional("chat_template") is { } found ? Default(found) : null;
        });
        if (File.Exists(file)) return new ChatTemplate(SmallFile.Text(file), tokens, file, time);
        return template is null ? null : new ChatTemplate(template, tokens, $"chat_template of {config}", time);
    }

    /// <summary>The prompt of these messages; with the assistant's header at its end where the answer is to follow.</summary>
    /// <exception cref="ChatTemplateException">The template refuses the messages (then RaisedByTemplate is true) or fails on
    /// them.</exception>
    public string Apply(IReadOnlyList<ChatMessage> messages, bool addGenerationPrompt) => Named(() =>
    {
        var names = new Dictionary<string, object?>
        {
            ["messages"] =
                new JinjaList(messages.Select(m => (object?)new JinjaDictionary { { "role", m.Role }, { "content", m.Content } })),
            ["add_generation_prompt"] = addGenerationPrompt,
            // transformers passes both, as None, where they are not given.
            ["tools"] = null,
            ["documents"] = null,
        };
        foreach (var (name, text) in tokens) names[name] = text;
        return JinjaInterpreter.Render(template, names, time);
    });

    private T Named<T>(Func<T> run)
    {
        JinjaLimits.Begin();
        try
        {
            return run();
        }
        catch (ChatTemplateException e)
        {
            throw new ChatTemplateException(e.RaisedByTemplate ? $"{source} refuses the messages: {e.Message}"
                : $"{source}, {e.Message}.", e.RaisedByTemplate);
        }
        catch (OverflowException)
        {
            throw new ChatTemplateException($"{source}: a number becomes too large.");
        }
    }

    private static string Default(JsonPart part)
    {
        if (part.Element.ValueKind == JsonValueKind.String) return part.Text();
        var named = part.Items().ToList();
        return named.FirstOrDefault(t => t.Text("name") == "default") is { File: not null } found ? found.Required("template").Text()
            : throw part.Error($"there is no template named \"default\", only {string.Join(", ", named.Select(t => t.Text("name")))}");
    }

}
