import type { IncomingMessage } from 'node:http';

/** Who says they signed a request, and for which service. */
export interface CredentialScope {
  readonly accessKeyId: string;
  /** As in `AwsService.signingName`. */
  readonly signingName: string;
}

/**
 * Reads the credential scope of a SigV4 signature, from the Authorization header or from a presigned URL.
 *
 * The signature itself is not verified: nothing here is secret, and the access key alone is the identity. That makes
 * `curl --aws-sigv4 --user approver:anything` work, and is why the embedded cloud listens on loopback only.
 *
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-authentication-methods.html
 * @returns undefined for a request that is not signed, or not in that form
 */
export function readCredentialScope(request: IncomingMessage): CredentialScope | undefined {
  const [accessKeyId, date, region, signingName, terminator] = credential(request).split('/');
  if (!accessKeyId || !date || !region || !signingName || terminator !== 'aws4_request') {
    return undefined;
  }
  return { accessKeyId, signingName };
}

/** `<access key>/<date>/<region>/<service>/aws4_request`, or something else if the request is not signed. */
function credential(request: IncomingMessage): string {
  const { authorization } = request.headers;
  if (authorization !== undefined) {
    return /^AWS4-HMAC-SHA256\s.*\bCredential=([^,\s]+)/.exec(authorization)?.[1] ?? '';
  }
  const query = (request.url ?? '').split('?')[1] ?? '';
  return new URLSearchParams(query).get('X-Amz-Credential') ?? '';
}
