using System.Net;
using Amazon.S3;

namespace Pipeline.Data.Artifacts.S3;

/// <summary>Storage failures in the terms of the person who set it up. No message contains a secret.</summary>
internal static class S3Errors
{
    /// <summary>The exception to throw.</summary>
    public static ArtifactStoreException Explain(S3Options options, string action, Exception e)
    {
        string storage = options.Endpoint ?? "Amazon S3";
        if (e is not AmazonS3Exception { StatusCode: not 0 } answer)
            return new ArtifactStoreException(
                $"{storage} does not answer (Artifacts:S3:Endpoint): could not {action} in bucket '{options.Bucket}': {Innermost(e)}", e);
        return answer.ErrorCode switch
        {
            "NoSuchBucket" => new ArtifactSettingsException(
                $"Artifacts:S3:Bucket: {storage} has no bucket '{options.Bucket}'; create it or correct the name", e),
            "InvalidAccessKeyId" or "SignatureDoesNotMatch" or "ExpiredToken" or "InvalidToken" or "TokenRefreshRequired" =>
                new ArtifactSettingsException(
                $"Artifacts:S3: {storage} refuses the credentials ({answer.ErrorCode}); correct Artifacts:S3:AccessKey and "
                + $"Artifacts:S3:SecretKey, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY", e),
            "AuthorizationHeaderMalformed" or "PermanentRedirect" or "IllegalLocationConstraintException" => new ArtifactSettingsException(
                $"Artifacts:S3:Region: bucket '{options.Bucket}' is not in region '{options.Region ?? "us-east-1"}' ({answer.Message}); "
                + $"set the bucket's region and endpoint", e),
            "RequestTimeTooSkewed" =>
                new ArtifactSettingsException($"{storage} refuses requests because this machine's clock is wrong; set it", e),
            _ when answer.StatusCode is HttpStatusCode.Forbidden or HttpStatusCode.Unauthorized => new ArtifactSettingsException(
                $"Artifacts:S3: {storage} does not let this key {action} in bucket '{options.Bucket}' ({answer.ErrorCode}); correct the "
                + $"credentials, or allow the key to list the bucket and its uploads and to get, put and delete objects", e),
            _ => new ArtifactStoreException(
                $"{storage} could not {action} in bucket '{options.Bucket}': {(int)answer.StatusCode} {answer.ErrorCode}: "
                + answer.Message, e),
        };
    }

    private static string Innermost(Exception e)
    {
        while (e.InnerException is { } inner) e = inner;
        return e is OperationCanceledException ? "no answer within Artifacts:S3:TimeoutSeconds" : e.Message;
    }
}
