// The model that a check leaves behind, in the form that others load: a Hugging Face folder, or a PEFT adapter's, with tokenizer and model
// card.
using System.Globalization;
using DataEfficiency.Engine.Models.Adapters;
using DataEfficiency.Prompts;

namespace DataEfficiency.Engine.FineTuning.Checks;

internal static class KeptModel
{
    /// <summary>Name of the folder inside the check's.</summary>
    public const string Name = "model";

    private static readonly string[] TokenizerFiles =
    [
        "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json", "chat_template.jinja",
        "generation_config.json", "tokenizer.model", "vocab.json", "merges.txt",
    ];

    /// <summary>Writes what a run that has ended came to, whole before it has its name. One that stood there is replaced.</summary>
    /// <returns>The folder.</returns>
    /// <exception cref="ModelException">The folder cannot be written.</exception>
    public static string Write(CheckPlan plan, CheckResult result, int steps, TrainingRun run)
    {
        var folder = Path.Combine(plan.Request.Folder, Name);
        var unfinished = folder + ".tmp";
        try
        {
            if (Directory.Exists(unfinished)) Directory.Delete(unfinished, recursive: true);
            Directory.CreateDirectory(unfinished);
            // in the type that was computed in: other digits would give other answers
            if (run.Adapter is { } adapter) adapter.Save(unfinished, plan.Model.Name);
            else run.Model.Decoder.Save(unfinished, run.Model.Decoder.Dtype);
            foreach (var file in TokenizerFiles.Select(f => Path.Combine(plan.Model.Folder, f)).Where(File.Exists))
                File.Copy(file, Path.Combine(unfinished, Path.GetFileName(file)));
            File.WriteAllText(Path.Combine(unfinished, "README.md"), Card(plan, result, steps, run.Adapter));
            if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
            Directory.Move(unfinished, folder);
            return folder;
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            throw new ModelException(ModelFault.Disk, $"The trained model could not be written to {folder}: {refused.Message}", refused);
        }
    }

    private static string Card(CheckPlan plan, CheckResult result, int steps, Adapter? adapter)
    {
        var (request, recipe) = (plan.Request, plan.Recipe(result.Rate));
        var trained = adapter switch
        {
            LoraAdapter => string.Create(CultureInfo.InvariantCulture,
                $"a LoRA adapter of rank {recipe.Rank}, alpha {recipe.Alpha}, on q, k, v, o, gate, up and down"),
            Ia3Adapter => "(IA)^3 vectors on k, v and down",
            _ => "all parameters",
        };
        var tested = request.Kind == CheckKind.SetAside ? "a test set that no training sees" : "random labels held out of the training";
        var ranked = result.LabelRanking?.ToString("0.000", CultureInfo.InvariantCulture) ?? "no label set";
        var setting = string.Create(CultureInfo.InvariantCulture, $"learning rate {result.Rate}, seed {request.Seed}");
        var score = string.Create(CultureInfo.InvariantCulture, $"{result.Score:0.000} exact match on {result.Tested:N0} examples");
        return string.Create(CultureInfo.InvariantCulture, $"""
            ---
            base_model: {plan.Model.Name}
            library_name: {(adapter is null ? "transformers" : "peft")}
            tags: [text-generation, fine-tuned]
            ---

            # {plan.Model.Name}, fine-tuned

            {request.About ?? "Fine-tuned on labelled examples."}

            | | |
            |---|---|
            | base model | {plan.Model.Name}, weights SHA-256 {plan.Model.Sha256} |
            | trained | {trained}, in {plan.Model.Precision} |
            | labels | {request.Labels.Count:N0}; SHA-256 of labels and test set {plan.Data()} |
            | recipe | version {recipe.Version}: batches of {recipe.BatchSize}, {steps} steps, {setting} |
            | score of the check | {score}, {tested}; trained on {result.Examples:N0} labels |
            | labels ranked | {ranked} |
            | untrained model | {result.ZeroShot:0.000} on the same examples |

            The scores are those of the check, whose model had not seen what it was tested on. This model was then trained anew on all
            labels, with as many steps as the check's best took: it has no score of its own.

            ## Prompt

            The system message, in the model's chat template; the text to be labelled is the user's message:

            ```
            {PromptBuilder.Instruction(request.Task)}
            ```

            """);
    }
}
