
using DataEfficiency.Prompts.Tokenization;

namespace DataEfficiency.Prompts.Tests.Tokenization;

public sealed class ByteLevelBpeTrainerTests : IDisposable
{
    private static readonly ChatTokens Chat = new();
    private readonly string folder = Directory.CreateTempSubdirectory("tokenizer").FullName;

    private static IEnumerable<string> Texts(int count)
    {
        var random = new Random(7);
        string[] words = ["the", "label", "label's", "labels", "forecast", "model", "models", "Grüße", "日本語", "naïve", "42", "1,024"];
        for (var i = 0; i < count; i++)
            yield return string.Join(' ', Enumerable.Range(0, 20).Select(_ => words[random.Next(words.Length)])) + ".\n";
    }

    [Fact]
    public void Train_SmallTexts_MergesTheMostFrequentPairFirst()
    {
        // "ab" 5 times, "bc" 3 times; then "ab"+"c" 3 times.
        var trained = ByteLevelBpeTrainer.Train(["abc abc abc", "ab ab"], 256 + 2, []);
        Assert.Equal([("a", "b"), ("Ġ", "ab")], trained.Merges);
    }

    [Fact]
    public void Train_EqualCounts_LowerIdsWin() =>
        Assert.Equal(("a", "b"), ByteLevelBpeTrainer.Train(["cd", "ab", "cd", "ab"], 257, []).Merges[0]);

    [Fact]
    public void Train_PairsUpdatedOnTheGo_EqualPairsCountedAnew()
    {
        var texts = Texts(60).ToList();
        Assert.Equal(CountedAnew(texts, 120), ByteLevelBpeTrainer.Train(texts, 256 + 120, []).Merges);
    }

    [Fact]
    public void Train_NoPairTwice_StopsEarly() => Assert.Equal(256, ByteLevelBpeTrainer.Train(["abcd"], 1000, []).Tokens.Count);

    [Fact]
    public void Train_NoRoomForBytes_SaysSo() => Assert.Throws<ArgumentException>(() => ByteLevelBpeTrainer.Train([], 257, Chat.All));

    [Fact]
    public void Write_TrainedVocabulary_LoadsAndRoundTrips()
    {
        var trained = ByteLevelBpeTrainer.Train(Texts(300), 400, Chat.All);
        TokenizerWriter.Write(folder, trained, Chat, 2048);
        var tokenizer = Tokenizer.Load(folder);
        const string text = "<|im_start|>user\nThe labels: 1,024 of 日本語 👩‍👧 e\u0301\t\0<|im_end|>\n";
        var ids = tokenizer.Encode(text);
        Assert.Equal(trained.Tokens.Count, tokenizer.VocabularySize);
        Assert.Equal(1, ids[0]);
        Assert.Equal(2, ids[^2]);
        Assert.Equal(text, tokenizer.Decode(ids, skipSpecial: false));
        // A learnt word is one id, digits stay single.
        Assert.Single(tokenizer.Encode(" forecast"));
        Assert.Equal(4, tokenizer.Encode("1024").Length);
    }

    /// <summary>The plain way: count every pair of every word before each merge.</summary>
    private static List<(string, string)> CountedAnew(List<string> texts, int merges)
    {
        var cut = ByteLevelBpeTrainer.Words();
        var words = texts.SelectMany(t => cut.Split(new(t, 0, t.Length, true)).Select(p => p.Span.ToString()))
            .Select(w => System.Text.Encoding.UTF8.GetBytes(w).Select(b => ByteAlphabet.Character(b).ToString()).ToList()).ToList();
        var order = Enumerable.Range(0, 256).Select(b => ByteAlphabet.Character((byte)b).ToString()).ToList();
        var made = new List<(string, string)>();
        while (made.Count < merges)
        {
            var best = words.SelectMany(w => w.Zip(w.Skip(1))).GroupBy(p => p).Select(g => (Pair: g.Key, Count: g.Count()))
                .Where(g => g.Count > 1)
                .OrderByDescending(g => g.Count).ThenBy(g => order.IndexOf(g.Pair.First)).ThenBy(g => order.IndexOf(g.Pair.Second))
                .Select(g => g.Pair).FirstOrDefault();
            if (best.First is null) break;
            foreach (var word in words)
                for (var i = 0; i + 1 < word.Count; i++)
                    if (word[i] == best.First && word[i + 1] == best.Second)
                    {
                        word[i] += word[i + 1];
                        word.RemoveAt(i + 1);
                    }
            made.Add(best);
            order.Add(best.First + best.Second);
        }
        return made;
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);
}
