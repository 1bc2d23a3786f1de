namespace DataEfficiency.Cli.Simulation;

/// <summary>All annotators of a simulation, from sign-in to the last figure.</summary>
public sealed class Load(LoadPlan plan, IReadOnlyList<SimulatedPerson> people, Func<HttpClient> client)
{
    private static readonly TimeSpan Report = TimeSpan.FromSeconds(10), Look = TimeSpan.FromMilliseconds(100);

    /// <summary>Ends the load before its time; null: it takes its time.</summary>
    public Func<LoadFigures, bool>? Enough { get; init; }

    /// <summary>Asked for the export when all is over; null: nobody is.</summary>
    public SimulatedPerson? Lead { get; init; }

    /// <summary>A browser's habits: cookies kept, redirects told.</summary>
    public static HttpMessageHandler Handler() =>
        new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = true, PooledConnectionLifetime = TimeSpan.FromMinutes(5) };

    /// <param name="cpu">The portal's own process; null: not on this machine.</param>
    public async Task<LoadFigures> RunAsync(ProcessTime? cpu, Action<string> progress, CancellationToken cancel)
    {
        var clients = people.Take(plan.Annotators).Select(_ => client()).ToList();
        try
        {
            foreach (var (person, own) in people.Zip(clients)) await person.SignInAsync(own, cancel);
            progress($"{clients.Count} annotators begin: {plan.PerSecond} answers a second for {plan.Duration.TotalSeconds:0} s");
            return await LabelAsync(clients, cpu, progress, cancel);
        }
        finally
        {
            clients.ForEach(c => c.Dispose());
        }
    }

    private async Task<LoadFigures> LabelAsync(List<HttpClient> clients, ProcessTime? cpu, Action<string> progress,
        CancellationToken cancel)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var record = new LoadRecord(clients.Count);
        var before = cpu?.Used;
        var labeling = clients.Select((c, i) =>
            Task.Run(() => new SimulatedAnnotator(i, plan, c, record).RunAsync(ending.Token), cancel)).ToList();
        var all = Task.WhenAll(labeling);
        while (record.Seconds < plan.Duration.TotalSeconds && !cancel.IsCancellationRequested)
        {
            var left = plan.Duration - TimeSpan.FromSeconds(record.Seconds);
            var pause = Enough is null ? Report : Look;
            await Task.WhenAny(all, Task.Delay(left < pause ? left : pause, cancel));
            // nobody ends by themselves: somebody failed
            if (all.IsCompleted || Enough?.Invoke(record.Figures(null)) == true) break;
            if (Enough is null) progress($"{record.Seconds:0} s: {record.Acknowledged} answers");
        }
        var used = cpu?.Used - before;
        var figures = record.Figures(used is { } time && record.Acknowledged > 0
            ? Math.Round(time.TotalMilliseconds / record.Acknowledged, 2) : null);
        await ending.CancelAsync();
        await all.ContinueWith(_ => { }, TaskScheduler.Default);
        foreach (var failed in labeling.Where(t => t.IsFaulted)) await failed;
        cancel.ThrowIfCancellationRequested();
        if (Lead is null) return figures;
        progress("Compares what was acknowledged with the project's export");
        using var lead = client();
        await Lead.SignInAsync(lead, cancel);
        return figures with { Check = await LoadCheck.OfAsync(lead, plan.Project, record.Sent, cancel) };
    }
}
