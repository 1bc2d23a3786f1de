// Where a run stands, and which run it is: what a checkpoint holds beside its tensors.
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using DataEfficiency.Engine.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace DataEfficiency.Engine.FineTuning;

/// <param name="Step">Optimiser steps taken.</param>
/// <param name="Loss">Of the last step's batch.</param>
/// <param name="Look">The validation loss at the last look.</param>
/// <param name="Before">The validation loss before the first step.</param>
/// <param name="Best">The lowest validation loss.</param>
/// <param name="BestStep">The step that it was behind.</param>
/// <param name="Worse">Looks since then.</param>
internal sealed record RunState(int Step, double Loss, double Look, double Before, double Best, int BestStep, int Worse)
{
    public static RunState Start { get; } = new(0, double.NaN, double.NaN, double.NaN, double.NaN, 0, 0);
}

/// <summary>Two runs of equal identity go the same way.</summary>
/// <param name="Model">SHA-256 of the weights that the run starts from, and of a trained adapter's.</param>
/// <param name="Data">SHA-256 of the training and validation sequences.</param>
internal sealed record RunIdentity(Recipe Recipe, string Model, string Data)
{
    private const long PieceElements = 1 << 22;

    public static string Of(Decoder decoder, Tensor? adapter)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Append(hash, decoder.Parameters.Flat);
        if (adapter is not null) Append(hash, adapter);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    public static string Of(IReadOnlyList<TokenSequence> train, IReadOnlyList<TokenSequence> validation)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var sequences in new[] { train, validation })
        {
            Append(hash, [sequences.Count]);
            foreach (var sequence in sequences)
            {
                Append(hash, [sequence.Ids.Length, .. sequence.Ids]);
                hash.AppendData(MemoryMarshal.AsBytes<bool>(sequence.Scored));
            }
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static void Append(IncrementalHash hash, int[] numbers) => hash.AppendData(MemoryMarshal.AsBytes<int>(numbers));

    private static void Append(IncrementalHash hash, Tensor flat)
    {
        using var plain = no_grad();
        for (long at = 0; at < flat.numel(); at += PieceElements)
        {
            using var scope = NewDisposeScope();
            hash.AppendData(flat.narrow(0, at, Math.Min(PieceElements, flat.numel() - at)).to(CPU).contiguous().bytes);
        }
    }
}
