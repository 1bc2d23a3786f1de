using System.Text.Json.Nodes;
using DataEfficiency.Portal.Accounts;
using DataEfficiency.Portal.Security;
using Microsoft.OpenApi;
using Scalar.AspNetCore;

namespace DataEfficiency.Portal.Api;

/// <summary>The API described for programs (OpenAPI) and, at <see cref="Reader"/>, for people; both for whoever is signed in.</summary>
public static class ApiDocument
{
    public const string Path = ApiPaths.Api + "/openapi.json", Reader = "/api/docs";

    public static void AddApiDocument(this WebApplicationBuilder builder) => builder.Services.AddSingleton<IdempotencyKeys>()
        .AddOpenApi(options =>
    {
        options.ShouldInclude = api => api.RelativePath?.StartsWith(ApiPaths.Api.TrimStart('/'), StringComparison.Ordinal) == true;
        // of a converter of one's own it does not know what it takes
        options.AddSchemaTransformer((schema, context, _) =>
        {
            var type = Nullable.GetUnderlyingType(context.JsonTypeInfo.Type) ?? context.JsonTypeInfo.Type;
            if (type.IsEnum && schema.Enum is null or [])
                schema.Enum = [.. Enum.GetNames(type).Select(n => (JsonNode)JsonValue.Create(n))];
            return Task.CompletedTask;
        });
        options.AddDocumentTransformer((document, _, _) =>
        {
            document.Info = new OpenApiInfo
            {
                Title = "DataEfficiency", Version = "v1",
                Description = ApiWords.Description(string.Join(", ", ApiCodes.All.Select(c => $"`{c}`"))),
            };
            document.Components ??= new OpenApiComponents();
            document.AddComponent("token", new OpenApiSecurityScheme { Type = SecuritySchemeType.Http, Scheme = "bearer" });
            document.Security = [new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference("token", document)] = [] }];
            return Task.CompletedTask;
        });
    });

    public static void MapApiDocument(this IEndpointRouteBuilder app)
    {
        app.MapOpenApi(Path).RequireAuthorization();
        // its one inline script runs by the nonce of this response: the policy of every other page holds here too
        app.MapScalarApiReference(Reader, (options, context) => options.WithTitle("DataEfficiency API").WithOpenApiRoutePattern(Path)
            .WithNonce(context.RequestServices.GetRequiredService<CspNonce>().Value)
            // nothing of it asks or offers another site
            .DisableDefaultFonts().DisableTelemetry().DisableAgent().DisableMcp().HideDeveloperTools().HideClientButton())
            .RequireAuthorization();
    }
}
