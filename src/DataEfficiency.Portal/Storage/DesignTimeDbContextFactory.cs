using DataEfficiency.Portal.Storage.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;

namespace DataEfficiency.Portal.Storage;

/// <summary>Lets <c>dotnet ef migrations</c> build the model without starting the portal.</summary>
public sealed class DesignTimeDbContextFactory : IDesignTimeDbContextFactory<AppDbContext>
{
    public AppDbContext CreateDbContext(string[] args) =>
        new(new DbContextOptionsBuilder<AppDbContext>().UseDatabase("Data Source=design-time.db").Options);
}
