import { parseOptions } from '../command/parse-options.ts';
import { UsageError } from '../command/usage-error.ts';

export interface VerifyArguments {
  readonly certificate: string;
  readonly final?: string | undefined;
  readonly ledger?: string | undefined;
  readonly checkpoints?: string | undefined;
  readonly keys?: string | undefined;
  /** RFC 7638, base64url. */
  readonly thumbprints: readonly string[];
}

export const USAGE = `npm run verify -- <certificate.jws> [options]

  --keys <jwks.json>        the public keys, from GET /keys
  --thumbprint <text>       of the key that may have signed, got by another way; may be given again. Without it, everything has to be
                            signed by the certificate's key, and whose key that is was not looked at
  --ledger <file>           the plane's ledger: entries or pages of the API, as JSON or one a line
  --checkpoints <folder>    all checkpoints of the ledger, 00000001.jws and so on
  --final <final.jws>       the final certificate, once there is one

Says what holds (ok), what does not (FAIL) and what was not looked at (not checked). Asks nobody: no network is needed.
Ends with 0 when nothing fails, 1 when anything does, 2 when it was called wrongly or a file cannot be read.`;

/** @returns undefined when help is asked for. @throws UsageError that says what is wrong with the call */
export function parseArguments(argv: readonly string[]): VerifyArguments | undefined {
  const { values, positionals } = parseOptions({
    args: [...argv],
    allowPositionals: true,
    options: {
      keys: { type: 'string' },
      thumbprint: { type: 'string', multiple: true, default: [] },
      ledger: { type: 'string' },
      checkpoints: { type: 'string' },
      final: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  const { help, thumbprint, ...files } = values;
  if (help) return undefined;
  const [certificate, ...others] = positionals;
  if (certificate === undefined || others.length > 0)
    throw new UsageError('give one certificate, the executed one');
  return { certificate, ...files, thumbprints: thumbprint.map(readThumbprint) };
}

/** As a JWK set has it, or as `openssl dgst -sha256` prints it. */
function readThumbprint(text: string): string {
  const encoding = /^[0-9a-f]{64}$/i.test(text) ? 'hex' : 'base64url';
  const bytes = Buffer.from(text, encoding);
  const thumbprint = bytes.toString('base64url');
  if (bytes.length !== 32 || (encoding === 'base64url' && thumbprint !== text))
    throw new UsageError(
      `${JSON.stringify(text)} is no SHA-256 thumbprint: 64 hexadecimal digits or 43 characters of base64url`,
    );
  return thumbprint;
}
