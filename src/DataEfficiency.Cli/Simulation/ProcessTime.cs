using System.ComponentModel;
using System.Diagnostics;

namespace DataEfficiency.Cli.Simulation;

/// <summary>CPU time that a process of this machine has used.</summary>
public sealed class ProcessTime : IDisposable
{
    private readonly Process _process;

    private ProcessTime(Process process) => _process = process;

    /// <exception cref="ArgumentException">There is no such process.</exception>
    public static ProcessTime Of(int id)
    {
        try
        {
            return new(Process.GetProcessById(id));
        }
        catch (ArgumentException)
        {
            throw new ArgumentException($"--pid {id}: there is no such process on this machine.");
        }
    }

    /// <summary>Null where the process has ended.</summary>
    public TimeSpan? Used
    {
        get
        {
            try
            {
                _process.Refresh();
                return _process.TotalProcessorTime;
            }
            catch (Exception ended) when (ended is InvalidOperationException or Win32Exception)
            {
                return null;
            }
        }
    }

    public void Dispose() => _process.Dispose();
}
