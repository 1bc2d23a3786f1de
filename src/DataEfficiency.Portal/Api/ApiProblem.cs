using DataEfficiency.Portal.Sentences;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace DataEfficiency.Portal.Api;

/// <summary>What the API says when it refuses: problem details (RFC 9457) with a code and its arguments for programs, and a sentence for
/// people.</summary>
public static class ApiProblem
{
    /// <param name="code">One of <see cref="ApiCodes"/>.</param>
    /// <param name="why">What is wrong, where the title does not say it.</param>
    public static ProblemHttpResult Of(int status, string code, Said title, Said? why = null) =>
        TypedResults.Problem(why?.ToString(), statusCode: status, title: title, extensions: Extensions(code, why ?? title));

    public static ProblemHttpResult BadRequest(string code, Said title) => Of(StatusCodes.Status400BadRequest, code, title);

    public static ProblemHttpResult NotFound(Said what) => Of(StatusCodes.Status404NotFound, ApiCodes.NotFound, what);

    /// <summary>The framework's own problems (no such route, a body that cannot be read, a failure) speak as ours do.</summary>
    internal static void Complete(ProblemDetails problem)
    {
        if (problem.Extensions.ContainsKey("code")) return;
        var (code, said) = problem.Status switch
        {
            400 => (ApiCodes.BadRequest, ApiWords.BadRequest),
            401 => (ApiCodes.SignedOut, ApiWords.SignedOut),
            403 => (ApiCodes.Role, ApiWords.Role),
            404 => (ApiCodes.NotFound, ApiWords.NotFound),
            405 => (ApiCodes.MethodNotAllowed, ApiWords.MethodNotAllowed),
            413 => (ApiCodes.TooLarge, ApiWords.TooLarge),
            415 => (ApiCodes.MediaType, ApiWords.MediaType),
            429 => (ApiCodes.TooOften, ApiWords.TooOften),
            _ => (ApiCodes.Failed, ApiWords.Failed),
        };
        problem.Title = said;
        foreach (var (name, value) in Extensions(code, said)) problem.Extensions[name] = value;
    }

    private static Dictionary<string, object?> Extensions(string code, Said said) => new()
    {
        ["code"] = ApiCodes.All.Contains(code) ? code : throw new InvalidOperationException($"{code} is no code of the API."),
        ["sentence"] = said.Name, ["arguments"] = said.PlainArguments,
    };
}
