// `chat`: the prompts that a model's chat template makes of messages.
using System.CommandLine;
using DataEfficiency.Prompts;

namespace DataEfficiency.Cli;

public sealed class ChatVerb : Verb
{
    private readonly Option<string> model = new("--model")
    {
        Description = "Model folder with tokenizer_config.json (and chat_template.jinja where the template is a file of its own).",
        Required = true,
    };
    private readonly Option<string> messages = new("--messages")
    {
        Description = "JSON file: an array of message lists, each message {\"role\": R, \"content\": TEXT}.",
        Required = true,
    };

    public ChatVerb() : base("chat", "Prompts of messages by the model's chat template, with the header of the answer at the end.")
    {
        foreach (var option in new Option[] { model, messages }) Add(option);
    }

    public override void Run(ParseResult arguments, Output output, CancellationToken cancel)
    {
        var folder = arguments.GetValue(model)!;
        if (!Directory.Exists(folder)) throw new DirectoryNotFoundException($"--model: there is no folder '{folder}'.");
        var template = ChatTemplate.Load(folder) ?? throw new InvalidDataException(
            $"--model: '{folder}' has no chat template (neither chat_template.jinja nor \"chat_template\" in tokenizer_config.json).");
        var lists = JsonInput.ReadArray<ChatMessage[]>("--messages", arguments.GetValue(messages)!,
            "an array of message lists, each message {\"role\": R, \"content\": TEXT}",
            list => list.All(m => m is { Role: not null, Content: not null }));
        var prompts = lists.Select(list => template.Apply(list, addGenerationPrompt: true)).ToArray();
        if (arguments.GetValue(Json)) output.Json(new { prompts });
        else foreach (var prompt in prompts) output.Line(prompt);
    }
}
