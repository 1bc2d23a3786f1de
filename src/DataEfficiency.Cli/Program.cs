using DataEfficiency.Cli;

using var cancel = new CancellationTokenSource();
Console.CancelKeyPress += (_, pressed) =>
{
    // The first Ctrl-C lets the verb stop between two batches and keep what it has; the second one ends the process.
    if (cancel.IsCancellationRequested) return;
    pressed.Cancel = true;
    cancel.Cancel();
};
return CommandLine.Run(args, Console.Out, Console.Error, cancel.Token);
