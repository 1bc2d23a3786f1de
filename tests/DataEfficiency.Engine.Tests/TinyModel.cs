
using DataEfficiency.Engine.Models;
using DataEfficiency.Engine.ReferenceTasks;
using DataEfficiency.Prompts.Tokenization;

namespace DataEfficiency.Engine.Tests;

/// <summary>A folder with a random model of some thousand parameters and a byte-level vocabulary: nothing it says
/// means anything, but all of it runs.</summary>
internal sealed class TinyModel : IDisposable
{
    public string Folder { get; } = Directory.CreateTempSubdirectory("tiny-model-").FullName;

    public TinyModel(int hidden = 32, long seed = 1)
    {
        var chat = new ChatTokens();
        string[] texts = [.. ReferenceTaskList.First.SelectMany(t => t.Generate(TaskSplit.Train, 20, 99).Select(e => e.Text))];
        TokenizerWriter.Write(Folder, ByteLevelBpeTrainer.Train(texts, 400, chat.All), chat, 512);
        var tokens = Tokenizer.Load(Folder).VocabularySize;
        File.WriteAllText(Path.Combine(Folder, "generation_config.json"), """{"eos_token_id": [2, 0], "pad_token_id": 0}""");
        using var decoder = Decoder.Initialise(
            new ModelConfig("llama", hidden, 2 * hidden, 2, 2, 1, hidden / 2, tokens, 512, 1e-5, 10000, null, false, true, 1, [2, 0], 0),
            seed);
        decoder.Save(Folder);
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
