using Pipeline.Models;

namespace Pipeline.Web.Api;

/// <summary>The request names something that does not exist; answered with 404.</summary>
internal sealed class NotFoundException(string message) : InputException(message);
