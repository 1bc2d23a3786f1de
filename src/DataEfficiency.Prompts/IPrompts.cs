
namespace DataEfficiency.Prompts;

/// <summary>How a model's texts become ids and back: the one prompt builder of method section 1, seen from ranking, gradients and
/// evaluation.</summary>
public interface IPrompts
{
    /// <summary>Ids of the whole prompt, ending in the assistant header. A null task: the text is a full prompt already.</summary>
    int[] Prompt(TaskPrompt? task, string text);

    /// <summary>Ids of an answer tokenised alone; no EOS.</summary>
    int[] Answer(string answer);

    /// <summary>The text of generated ids, special tokens skipped.</summary>
    string Decode(IReadOnlyList<int> ids);

    /// <summary>Tokens that never count (method section 2).</summary>
    IReadOnlySet<int> Masked { get; }

    /// <summary>Tokens that end an answer.</summary>
    IReadOnlySet<int> Eos { get; }

    /// <summary>The first of them in the order of generation_config.json, which fine-tuning teaches behind
    /// an answer; null where there is none.</summary>
    int? End => Eos.Count > 0 ? Eos.First() : null;
}
