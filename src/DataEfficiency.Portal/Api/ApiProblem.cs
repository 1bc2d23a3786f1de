using Microsoft.AspNetCore.Http.HttpResults;

namespace DataEfficiency.Portal.Api;

/// <summary>What the API says when it refuses: problem details (RFC 9457) with a code for programs and a sentence for people.</summary>
public static class ApiProblem
{
    public static ProblemHttpResult Of(int status, string code, string title, string? detail = null) =>
        TypedResults.Problem(detail, statusCode: status, title: title, extensions: new Dictionary<string, object?> { ["code"] = code });

    public static ProblemHttpResult BadRequest(string code, string title) => Of(StatusCodes.Status400BadRequest, code, title);

    public static ProblemHttpResult NotFound(string what) => Of(StatusCodes.Status404NotFound, "not-found", $"There is no such {what}.");
}
