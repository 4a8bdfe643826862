import * as z from 'zod/mini';
import { OffboardingError } from '../core/errors.ts';
import { foldLedger } from '../core/fold-ledger.ts';
import { findPlane } from '../find-plane.ts';
import type { LedgerReader, PlaneReader } from '../ports.ts';
import { type Route, route } from './http.ts';
import { pageQuerySchema } from './paging.ts';
import type { Certificates, SigningKeys } from './ports.ts';
import { refuseFields } from './problem.ts';

export interface EvidenceRoutePorts {
  readonly planes: PlaneReader;
  readonly ledger: LedgerReader;
  readonly certificates: Certificates;
  readonly signingKeys: SigningKeys;
}

/** A day: the key never changes, and a new one beside it is not asked for before somebody sees a signature by it. */
const KEYS_FRESH_SECONDS = 86_400;

/** What an auditor reads. It stays when the plane is gone. */
export function evidenceRoutes({
  planes,
  ledger,
  certificates,
  signingKeys,
}: EvidenceRoutePorts): readonly Route[] {
  return [
    route({
      method: 'GET',
      resource: '/planes/{planeId}/ledger',
      query: pageQuerySchema({ max: 100, byDefault: 100 }),
      async answer({ path: { planeId }, query }) {
        await findPlane(planes, planeId);
        const after = query.nextToken === undefined ? 0 : seqOf(query.nextToken);
        const rest = (await ledger.read(planeId)).filter((entry) => entry.seq > after);
        const entries = rest.slice(0, query.limit);
        const last = entries.at(-1);
        const nextToken = last && rest.length > entries.length ? tokenOf(last.seq) : undefined;
        return { status: 200, body: { entries, nextToken } };
      },
    }),
    route({
      method: 'GET',
      resource: '/planes/{planeId}/certificate',
      query: z.strictObject({ phase: z.optional(z.enum(['executed', 'final'])) }),
      async answer({ path: { planeId }, query: { phase } }) {
        await findPlane(planes, planeId);
        // The ledger says whether there is one: S3 answers AccessDenied for a missing key to who may not list.
        const issued = foldLedger(await ledger.read(planeId));
        const asked = phase ?? (issued.finalCertificate ? 'final' : 'executed');
        if (asked === 'final' ? !issued.finalCertificate : !issued.certificate)
          throw new OffboardingError(
            'NO_CERTIFICATE',
            `${planeId} has no ${phase === undefined ? '' : `${phase} `}certificate`,
          );
        const jws = await certificates.read(planeId, asked);
        return { status: 200, contentType: 'application/jose', body: jws };
      },
    }),
    route({
      method: 'GET',
      resource: '/keys',
      async answer() {
        return {
          status: 200,
          contentType: 'application/jwk-set+json',
          headers: { 'cache-control': `max-age=${KEYS_FRESH_SECONDS}` },
          body: { keys: await signingKeys.read() },
        };
      },
    }),
  ];
}

const TOKEN = z.string().check(z.regex(/^after-[1-9]\d{0,14}$/));

function tokenOf(seq: number): string {
  return Buffer.from(`after-${seq}`).toString('base64url');
}

/** @throws OffboardingError `INVALID_REQUEST` for a token this product did not give out */
function seqOf(token: string): number {
  const text = TOKEN.safeParse(Buffer.from(token, 'base64url').toString('utf8'));
  if (!text.success)
    throw refuseFields('INVALID_REQUEST', [{ field: 'nextToken', message: 'is not valid' }]);
  return Number(text.data.slice('after-'.length));
}
