using Pipeline.Models;

namespace Pipeline.Web.Errors;

/// <summary>The request names something that does not exist; answered with 404.</summary>
internal sealed class NotFoundException(string message) : InputException(message);
