using System.Collections.Concurrent;
using DataEfficiency.Portal.Labeling;
using DataEfficiency.Portal.Storage;
using DataEfficiency.Portal.Storage.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace DataEfficiency.Portal.Estimating;

/// <summary>
/// The newest figures of each project. The write queue folds each committed answer and skip into them, in the order of the commits; what
/// changes many rows at once (an import, a removal) makes them be forgotten, and who asks next reads the rows again.
/// </summary>
public sealed class FigureBook(IDbContextFactory<AppDbContext> contexts, WriteQueue writes, First32 first32, EstimateFeed feed)
{
    private readonly ConcurrentDictionary<int, Page> _pages = [];

    /// <summary>Null where the project is gone.</summary>
    public async ValueTask<ProjectFigures?> OfAsync(int projectId, CancellationToken cancellation = default)
    {
        var page = _pages.GetOrAdd(projectId, _ => new Page());
        if (page.Figures is { } figures) return figures;
        await page.Reading.WaitAsync(cancellation);
        try
        {
            while (true)
            {
                if (page.Figures is { } read) return read;
                if (!await ReadAsync(page, projectId, cancellation)) return null;
            }
        }
        finally
        {
            page.Reading.Release();
        }
    }

    private async Task<bool> ReadAsync(Page page, int projectId, CancellationToken cancellation)
    {
        var wanted = page.Begin();
        try
        {
            await using var db = await contexts.CreateDbContextAsync(cancellation);
            await using var snapshot = await ReadSnapshot.BeginAsync(db, cancellation);
            if (wanted == Wanted.First && await FigureRows.StampAsync(db, projectId, cancellation) is { } stamp)
                page.End(stamp.LabelVersion, await FigureRows.FirstAsync(db, first32, stamp, cancellation));
            else if (await FigureRows.ReadAsync(db, first32, projectId, cancellation) is { } all) page.End(all);
            else return false;
            return true;
        }
        finally
        {
            page.Close();
        }
    }

    /// <summary>As <see cref="OfAsync(int, CancellationToken)"/>, and at least as new as the project's row, whoever wrote that.</summary>
    public async ValueTask<ProjectFigures?> OfAsync(Project project, CancellationToken cancellation = default)
    {
        var figures = await OfAsync(project.Id, cancellation);
        if (figures is null || figures.Version >= project.LabelVersion && figures.First.Fits(project)) return figures;
        // a commit is seen a moment before it is folded: reading all rows again for that moment would cost more than all answers
        await writes.Turn;
        figures = await OfAsync(project.Id, cancellation);
        if (figures is null || figures.Version >= project.LabelVersion && figures.First.Fits(project)) return figures;
        if (figures.Version < project.LabelVersion) Forget(project.Id);
        else ForgetFirst(project.Id);
        return await OfAsync(project.Id, cancellation);
    }

    /// <summary>After a commit, on the writer's turn: pages see the new figures at once.</summary>
    public void Fold(int projectId, FigureChange change)
    {
        if (_pages.TryGetValue(projectId, out var page) && page.Fold(change) is { } figures) feed.Show(figures);
    }

    /// <summary>Many rows changed: the next who asks reads all again.</summary>
    public void Forget(int projectId) { if (_pages.TryGetValue(projectId, out var page)) page.Forget(Wanted.All); }

    /// <summary>The first 32 may be others now; the counts stand.</summary>
    public void ForgetFirst(int projectId) { if (_pages.TryGetValue(projectId, out var page)) page.Forget(Wanted.First); }

    private enum Wanted { Nothing, First, All }

    private sealed class Page
    {
        private readonly Lock _gate = new();
        private readonly List<FigureChange> _since = [];
        private ProjectFigures? _figures;
        private Wanted _wanted = Wanted.All, _reading;
        private bool _isReading;

        public SemaphoreSlim Reading { get; } = new(1);

        /// <summary>Null: they have to be read first.</summary>
        public ProjectFigures? Figures
        {
            get { lock (_gate) return _wanted == Wanted.Nothing && _reading == Wanted.Nothing ? _figures : null; }
        }

        /// <summary>From here on changes are kept: the snapshot that is about to be read may lack them.</summary>
        public Wanted Begin()
        {
            lock (_gate)
            {
                (_isReading, _reading) = (true, _figures is null ? Wanted.All : _wanted);
                _wanted = Wanted.Nothing;
                return _reading;
            }
        }

        public void End(ProjectFigures read) { lock (_gate) (_figures, _reading) = (Since(read), Wanted.Nothing); }

        public void End(long version, FirstFigures first)
        {
            // the counts stand; what is answered among the first is the snapshot's and what came since
            lock (_gate)
            {
                first = Since(_figures! with { First = first, Version = version }).First;
                (_figures, _reading) = (_figures with { First = first }, Wanted.Nothing);
            }
        }

        /// <summary>What was to be read and was not is still wanted.</summary>
        public void Close()
        {
            lock (_gate)
            {
                _wanted = _reading > _wanted ? _reading : _wanted;
                (_isReading, _reading) = (false, Wanted.Nothing);
                _since.Clear();
            }
        }

        public ProjectFigures? Fold(FigureChange change)
        {
            lock (_gate)
            {
                if (_isReading) _since.Add(change);
                if (change.FirstMayChange && _wanted == Wanted.Nothing) _wanted = Wanted.First;
                // what was read since may have it already
                if (_figures is null || change.Version <= _figures.Version) return _figures;
                return _figures = Next(_figures, change);
            }
        }

        private ProjectFigures Since(ProjectFigures read) =>
            _since.Where(c => c.Version > read.Version).Aggregate(read, Next);

        // a version in between was made by something that folds nothing, such as an import
        private ProjectFigures Next(ProjectFigures figures, FigureChange change)
        {
            if (change.Version != figures.Version + 1) _wanted = Wanted.All;
            return figures.With(change);
        }

        public void Forget(Wanted what)
        {
            lock (_gate) _wanted = what > _wanted ? what : _wanted;
        }
    }
}
