using System.Buffers;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.EntityFrameworkCore;
using Pipeline.Data.Artifacts;
using Pipeline.Data.Postgres;
using Pipeline.Data.Stages;
using Pipeline.Models;
using Pipeline.Models.Batching;
using Pipeline.Web.Errors;
using Pipeline.Web.Serving;

namespace Pipeline.Web.Api;

/// <summary>The one place where an exception becomes an HTTP answer. Bugs are logged, and the caller learns no details.</summary>
internal sealed class ErrorMapping(ILogger<ErrorMapping> log) : IExceptionHandler
{
    private const int ClientClosedRequest = 499; // nginx's code, for the access log: the client has gone

    private static readonly TimeSpan DrainTimeout = TimeSpan.FromSeconds(5);

    private static readonly Message QueueFull = new(
        "The server is busy: its queue is full. Try again in a moment.",
        "El servidor está ocupado: la cola está llena. Inténtelo de nuevo en un momento.");

    private static readonly Message DatabaseAway = new(
        "The database does not answer at this moment. Try again in a moment.",
        "La base de datos no responde en este momento. Inténtelo de nuevo en un momento.");

    private static readonly Message StorageAway = new(
        "The storage of files does not answer. Try again in a moment; the server's log has the details.",
        "El almacenamiento de archivos no responde. Inténtelo de nuevo en un momento; los detalles están en el registro del servidor.");

    private static readonly Message TooLarge = new(
        "The request is larger than this server accepts.",
        "La petición es mayor de lo que acepta este servidor.");

    private static readonly Message ChangedMeanwhile = new(
        "Something else changed the same thing at this moment; look again and repeat the request.",
        "Otro proceso ha cambiado lo mismo en este momento; compruébelo y repita la petición.");

    private static readonly Message Bug = new(
        "The server failed to process the request; its log has the details.",
        "Error interno del servidor; los detalles están en su registro.");

    public async ValueTask<bool> TryHandleAsync(HttpContext context, Exception exception, CancellationToken cancellationToken)
    {
        switch (exception)
        {
            case OperationCanceledException when context.RequestAborted.IsCancellationRequested:
                context.Response.StatusCode = ClientClosedRequest;
                return true;
            case NotFoundException:
                await ErrorShape.WriteAsync(context, StatusCodes.Status404NotFound, exception.Message);
                return true;
            case SettingsException settings:
                await ErrorShape.WriteAsync(context, settings);
                return true;
            case InputException or UnknownStageException:
                await ErrorShape.WriteAsync(context, StatusCodes.Status400BadRequest, exception.Message);
                return true;
            case MissingPrerequisiteException:
                await ErrorShape.WriteAsync(context, StatusCodes.Status503ServiceUnavailable, exception.Message);
                return true;
            case ModelLoadingException:
                context.Response.Headers.RetryAfter = "3";
                await ErrorShape.WriteAsync(context, StatusCodes.Status503ServiceUnavailable, ImageMessages.Loading);
                return true;
            case ArtifactStoreException:
                log.StorageFailed(exception.Message);
                context.Response.Headers.RetryAfter = "30";
                await ErrorShape.WriteAsync(context, StatusCodes.Status503ServiceUnavailable, StorageAway);
                return true;
            case QueueFullException or SchedulerFullException:
                context.Response.Headers.RetryAfter = "5";
                await ErrorShape.WriteAsync(context, StatusCodes.Status503ServiceUnavailable, QueueFull);
                return true;
            case BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge }:
                await ErrorShape.WriteAsync(context, StatusCodes.Status413PayloadTooLarge, TooLarge);
                await DrainAsync(context);
                return true;
            case Exception when Transience.IsServerTrouble(exception):
                log.DatabaseAway(context.Request.Method, context.Request.Path, exception.Message);
                context.Response.Headers.RetryAfter = "3";
                await ErrorShape.WriteAsync(context, StatusCodes.Status503ServiceUnavailable, DatabaseAway);
                return true;
            case DbUpdateConcurrencyException:
                await ErrorShape.WriteAsync(context, StatusCodes.Status409Conflict, ChangedMeanwhile);
                return true;
            case BadHttpRequestException bad:
                await ErrorShape.WriteAsync(context, bad.StatusCode, bad.Message);
                return true;
            default:
                log.RequestFailed(exception, context.Request.Method, context.Request.Path);
                await ErrorShape.WriteAsync(context, StatusCodes.Status500InternalServerError, Bug);
                return true;
        }
    }

    /// <summary>
    /// Briefly discards what the client is still sending. A connection that is closed with unread bytes is reset, and the reset may
    /// overtake the answer: the client would see a broken connection but no reason.
    /// </summary>
    private static async Task DrainAsync(HttpContext context)
    {
        // A body of unknown length that grew too large can no longer be read.
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is not { IsReadOnly: false } limit) return;
        await context.Response.CompleteAsync();
        limit.MaxRequestBodySize = null;
        using CancellationTokenSource timeout = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
        timeout.CancelAfter(DrainTimeout);
        byte[] discarded = ArrayPool<byte>.Shared.Rent(1 << 16);
        try
        {
            while (await context.Request.Body.ReadAsync(discarded, timeout.Token) > 0) { }
        }
        catch (Exception e) when (e is OperationCanceledException or IOException) { }
        finally
        {
            ArrayPool<byte>.Shared.Return(discarded);
        }
    }
}
