using Pipeline.Models.Vision;
using Pipeline.Web.Errors;

namespace Pipeline.Web.Api;

/// <summary>What the image API says, in both of its languages.</summary>
internal static class ImageMessages
{
    public static Message Ready { get; } = new("The model is loaded.", "Modelo cargado correctamente");

    public static Message Loading { get; } = new(
        "The model is being loaded; try again in a moment.",
        "El modelo se está cargando; inténtelo de nuevo en un momento.");

    public static Message NotAForm { get; } = new(
        "Expected a form: send multipart/form-data with the fields 'image' and 'text'.",
        "Se esperaba un formulario: envíe multipart/form-data con los campos 'image' y 'text'.");

    public static Message BadForm { get; } = new(
        "The form cannot be read; send multipart/form-data with the fields 'image' and 'text'.",
        "No se puede leer el formulario; envíe multipart/form-data con los campos 'image' y 'text'.");

    public static Message NotJson { get; } = new(
        "Expected a JSON object with the texts 'image' and 'text' (application/json).",
        "Se esperaba un objeto JSON con los textos 'image' y 'text' (application/json).");

    public static Message NotBase64 { get; } = new(
        "The field 'image' is not valid base64; send it as a data URL or as bare base64.",
        "El campo 'image' no es base64 válido; envíelo como data URL o como base64 sin prefijo.");

    public static Message NoImage { get; } = new(
        "No image was given; send it in the field 'image'.",
        "No se proporcionó ninguna imagen; envíela en el campo 'image'.");

    public static Message NoText { get; } = new(
        "No question was given; send it in the field 'text'.",
        "No se proporcionó ningún texto; envíe la pregunta en el campo 'text'.");

    public static Message Unavailable(string reason) => new(
        $"The model cannot be loaded: {reason}",
        $"No se pudo cargar el modelo: {reason}");

    public static Message TooLarge(long bytes, long limit) => new(
        $"The image has {bytes} bytes, the limit is {limit}; scale it down or compress it more.",
        $"La imagen ocupa {bytes} bytes y el límite es {limit}; reduzca su tamaño o comprímala más.");

    /// <summary>What is wrong with an image.</summary>
    public static Message Of(ImageInputException problem) => new("Image not usable: " + problem.Message, problem.Problem switch
    {
        ImageProblem.Empty => "La imagen está vacía; envíe un archivo JPG, PNG, BMP, TIFF, GIF o WebP.",
        ImageProblem.TooLarge => "La imagen es demasiado grande; reduzca su tamaño y vuelva a enviarla.",
        ImageProblem.UnsupportedFormat => "El archivo no es una imagen de un formato admitido; envíe JPG, PNG, BMP, TIFF, GIF o WebP.",
        ImageProblem.UnusableShape => "La imagen es demasiado alargada (un lado supera 200 veces el otro); recórtela.",
        _ => "No se puede decodificar la imagen; guárdela de nuevo o conviértala a PNG.",
    });
}
