namespace DataEfficiency.Prompts;

/// <summary>What kind of mistake it is, for whoever says in another language what to do.</summary>
public enum ModelFault
{
    Other,

    /// <summary>A file or folder that a model needs.</summary>
    Missing,

    /// <summary>Such a file is cut off, or is not what its name says.</summary>
    Damaged,

    /// <summary>A model of a kind that is not computed with.</summary>
    Unsupported,

    /// <summary>Too little memory.</summary>
    Memory,

    /// <summary>Too little room on a disk, or no right to write there.</summary>
    Disk,

    /// <summary>The device is not there.</summary>
    Device,
}

/// <summary>A mistake outside the program (a file, a setting, an input). The message names what, where, and what to do; it may be shown as
/// it is.</summary>
public class ModelException : Exception
{
    /// <summary>Of the same kind as the one inside of it.</summary>
    public ModelException(string message, Exception? inner = null)
        : this((inner as ModelException)?.Fault ?? ModelFault.Other, message, inner)
    {
    }

    public ModelException(ModelFault fault, string message, Exception? inner = null) : base(message, inner) => Fault = fault;

    public ModelFault Fault { get; }
}
