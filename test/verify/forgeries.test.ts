import { beforeAll, describe, expect, it } from 'vitest';
import { type StatementType, signStatement } from '../../lambdas/certificate/sign-statement.ts';
import { signingKeys } from '../../lambdas/certificate/signing-keys.ts';
import type { EvidenceFile } from '../../verify/evidence-files.ts';
import { verifyEvidence } from '../../verify/verify-evidence.ts';
import { APPROVER } from '../support/builders.ts';
import { issueEvidence, newSigner, type WholeEvidence } from './evidence.ts';
import { reseal } from './reseal.ts';

/** A forger who has got hold of the signing key: every signature below holds. */
const signer = newSigner();
let whole: WholeEvidence;

// biome-ignore lint/suspicious/noExplicitAny: a forger changes whatever there is
type Statement = any;

const payloadOf = (jws: string): Statement =>
  JSON.parse(Buffer.from(jws.split('.')[1] ?? '', 'base64url').toString('utf8'));
const sign = async (statement: object, typ: StatementType = 'purge-certificate+json') =>
  (await signStatement(statement, typ, signer)).jws;

async function forged(jws: string, change: (statement: Statement) => void, typ?: StatementType) {
  const statement = payloadOf(jws);
  change(statement);
  return sign(statement, typ);
}

async function forgedCheckpoint(index: number, change: (statement: Statement) => void) {
  const checkpoints: EvidenceFile[] = [...whole.checkpoints];
  const file = checkpoints[index];
  if (!file) throw new Error('there is none');
  checkpoints[index] = {
    name: file.name,
    text: await forged(file.text, change, 'ledger-checkpoint+json'),
  };
  return { ...whole, checkpoints };
}

const failuresOf = (evidence: WholeEvidence) =>
  verifyEvidence(evidence).flatMap(({ outcome, text }) => (outcome === 'FAIL' ? [text] : []));

beforeAll(async () => {
  const genuine = await issueEvidence();
  const keys = await signingKeys(signer).read();
  whole = {
    ...genuine,
    keys: JSON.stringify({ keys }),
    thumbprints: keys.map(({ kid = '' }) => kid),
  };
});

describe('a certificate that tells another story than the ledger, well signed', () => {
  it.each<[string, (statement: Statement) => void, RegExp]>([
    [
      'fewer records',
      (it) => {
        it.destruction.recordsDeleted = 1;
      },
      /^certificate, recordsDeleted: it says 1, the ledger 9$/,
    ],
    [
      'another approver',
      (it) => {
        it.approvals[0].approvedBy = 'somebody';
      },
      /^certificate, approvals:/,
    ],
    [
      'another archive',
      (it) => {
        it.archive.objectCount = 4;
      },
      /^certificate, archive:/,
    ],
    [
      'a residue less',
      (it) => {
        it.residualCopies.pop();
      },
      /^certificate, residues: point-in-time recovery of d{64} is not listed$/,
    ],
    [
      'records that were left',
      (it) => {
        it.verification.left = 1;
      },
      /^certificate, counts: they do not add up/,
    ],
    [
      'a longer ledger',
      (it) => {
        it.ledger.length = 40;
      },
      /^ledger entry 11: is missing: the certificate names entry 40/,
    ],
    [
      'more than a certificate says',
      (it) => {
        it.alsoDestroyed = 'much';
      },
      /^certificate: it /,
    ],
    [
      'the other phase',
      (it) => {
        it.phase = 'final';
      },
      /^certificate: phase is not executed/,
    ],
  ])('%s', async (_, change, expected) => {
    const certificate = await forged(whole.certificate, change);
    expect(failuresOf({ ...whole, certificate })).toContainEqual(expect.stringMatching(expected));
  });

  it('is not the one on record, whatever it says', async () => {
    const certificate = await sign(payloadOf(whole.certificate));
    expect(failuresOf({ ...whole, certificate })).toContainEqual(
      expect.stringMatching(/^certificate: its hash [0-9a-f]{64} is not the one on record/),
    );
  });

  it('is no checkpoint that passes for a certificate', async () => {
    const certificate = await sign(payloadOf(whole.certificate), 'ledger-checkpoint+json');
    expect(failuresOf({ ...whole, certificate })).toContain(
      'certificate: is a ledger-checkpoint+json, not a purge-certificate+json',
    );
  });
});

it.each([
  ['has started the offboarding again', 'RESTARTED', { erasure: false }, 0],
  [
    "has removed somebody else's usage",
    'USAGE_REMOVED',
    { use: 'dependent', id: 'billing', whose: 'arn:aws:iam::111122223333:role/billing' },
    0,
  ],
  [
    'has removed their own usage',
    'USAGE_REMOVED',
    { use: 'dependent', id: 'billing', whose: APPROVER },
    1,
  ],
])('counts an approval by who %s, before it, as %s says', async (_, type, data, counted) => {
  const forgery = { type, actor: APPROVER, data } as Statement;
  const ledger = await reseal(whole.ledger, ({ seq }) => (seq === 2 ? forgery : {}));
  const outcome = verifyEvidence({ ...whole, ledger }).find(({ text }) =>
    text.startsWith('approval: '),
  );
  expect(outcome).toEqual({
    outcome: counted > 0 ? 'ok' : 'FAIL',
    text: `approval: by ${counted} who did not ask for the purge, 1 needed`,
  });
});

it('finds an approval by who asked for the purge, in a chain that was sealed anew', async () => {
  const requester = JSON.parse(whole.ledger.split('\n')[0] ?? '').actor;
  const ledger = await reseal(whole.ledger, ({ type }) =>
    type === 'APPROVED' ? { actor: requester } : {},
  );
  const failures = failuresOf({ ...whole, ledger });
  expect(failures).toContain('approval: by 0 who did not ask for the purge, 1 needed');
  // What gives it away without any look at the content: the checkpoints have seen another one.
  expect(failures).toContainEqual(
    expect.stringMatching(/^checkpoint 00000002\.jws: has seen another ledger/),
  );
});

describe('a checkpoint, well signed', () => {
  it.each<[string, number, (statement: Statement) => void, string]>([
    [
      'that shrinks a ledger',
      1,
      (it) => {
        it.planes[0].length = 1;
      },
      'checkpoint 00000002.jws: the ledger of kp-before has shrunk from 3 to 1 entries',
    ],
    [
      'that drops a plane',
      1,
      (it) => {
        it.planes.shift();
      },
      'checkpoint 00000002.jws: the plane kp-before is not in it any more',
    ],
    [
      'whose totals are wrong',
      1,
      (it) => {
        it.totals.entries = 0;
      },
      'checkpoint 00000002.jws: its totals are not those of its planes',
    ],
    [
      'that is older than the one before',
      1,
      (it) => {
        it.at = '2020-01-01T00:00:00.000Z';
      },
      'checkpoint 00000002.jws: is older than the one before it',
    ],
    [
      'that follows another one',
      2,
      (it) => {
        it.previous = 'f'.repeat(64);
      },
      'checkpoint 00000003.jws: does not follow the checkpoint before it',
    ],
    [
      'that begins in the middle',
      0,
      (it) => {
        it.previous = 'f'.repeat(64);
      },
      'checkpoint 00000001.jws: does not follow the checkpoint before it',
    ],
    [
      'that knows of a rewritten ledger',
      3,
      (it) => {
        const expected = { length: 3, headHash: 'e'.repeat(64) };
        it.contradictions = [{ planeId: 'kp-before', expected, found: { length: 2, hash: null } }];
      },
      'checkpoint 00000004.jws: the ledger of kp-before had been rewritten: 3 entries were known, entry 3 of 2 was another one',
    ],
  ])('%s', async (_, index, change, expected) => {
    expect(failuresOf(await forgedCheckpoint(index, change))).toContain(expected);
  });
});

describe('a final certificate, well signed', () => {
  it.each<[string, (statement: Statement) => void, RegExp]>([
    [
      'about another one',
      (it) => {
        it.executed.hash = 'f'.repeat(64);
      },
      /is about another certificate$/,
    ],
    [
      'too early',
      (it) => {
        it.issuedAt = '2027-12-01T00:00:00.000Z';
      },
      /issued before .+ had run out at/,
    ],
    [
      'that forgets a residue',
      (it) => {
        it.residualCopies.pop();
      },
      /lists other things than remained$/,
    ],
    [
      'of another ledger',
      (it) => {
        it.ledger.headHash = 'f'.repeat(64);
      },
      /ledger entry 9 is not the one it names$/,
    ],
  ])('%s', async (_, change, expected) => {
    const final = await forged(whole.final, change);
    expect(failuresOf({ ...whole, final })).toContainEqual(expect.stringMatching(expected));
  });
});

it('says what was not given, and fails for none of it', () => {
  const { certificate } = whole;
  expect(verifyEvidence({ certificate }).map(({ outcome, text }) => `${outcome}: ${text}`)).toEqual(
    [
      expect.stringMatching(
        /^not checked: certificate: its signature, said to be by the key .{43}: no --keys given$/,
      ),
      'not checked: ledger: no --ledger given',
      'not checked: checkpoints: no --checkpoints given',
      'not checked: final certificate, which says that nothing remains: no --final given',
    ],
  );
});
