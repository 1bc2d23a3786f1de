using DataEfficiency.Portal.Accounts;

namespace DataEfficiency.Portal.Security;

internal static class ErrorAnswers
{
    /// <summary>Failures: pages for people, problem JSON for scripts. Neither shows a stack trace.</summary>
    public static void UseErrorAnswers(this WebApplication app)
    {
        app.UseWhen(context => ApiPaths.IsApi(context.Request), api =>
        {
            api.UseExceptionHandler();
            api.UseStatusCodePages();
        });
        app.UseWhen(context => !ApiPaths.IsApi(context.Request), pages =>
        {
            pages.UseExceptionHandler("/error", createScopeForErrors: true);
            pages.UseStatusCodePagesWithReExecute("/status/{0}", createScopeForStatusCodePages: true);
        });
    }
}
