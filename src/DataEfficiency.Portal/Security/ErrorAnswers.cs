using DataEfficiency.Portal.Accounts;
using Microsoft.AspNetCore.Diagnostics;

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
            pages.Use(async (context, next) =>
            {
                // the page that explains a refused form is asked for, not posted to: as a POST it would be refused again
                if (context.Features.Get<IStatusCodeReExecuteFeature>() is not null
                    || context.Features.Get<IExceptionHandlerFeature>() is not null)
                    context.Request.Method = HttpMethods.Get;
                await next(context);
                // Blazor refuses a form with a content type and no content, which would count as an answer
                if (context.Response is { HasStarted: false, StatusCode: StatusCodes.Status400BadRequest,
                    ContentLength: null }) context.Response.ContentType = null;
            });
        });
    }
}
