import { beforeAll, describe, expect, it } from 'vitest';
import { signStatement } from '../../lambdas/certificate/sign-statement.ts';
import type { Signer } from '../../lambdas/certificate/signer.ts';
import { signingKeys } from '../../lambdas/certificate/signing-keys.ts';
import { parseArguments } from '../../verify/arguments.ts';
import { verifyEvidence } from '../../verify/verify-evidence.ts';
import { issueEvidence, newSigner, type WholeEvidence } from './evidence.ts';

/** Somebody whose key has got into the set of keys that the API answers. */
const mallory = newSigner();
let whole: WholeEvidence;
let ours: string;
let theirs: string;

const keysOf = (text: string): readonly { readonly kid: string }[] => JSON.parse(text).keys;
const signedBy = async (
  signer: Signer,
  jws: string,
  typ: 'purge-certificate' | 'ledger-checkpoint',
) =>
  (
    await signStatement(
      JSON.parse(Buffer.from(jws.split('.')[1] ?? '', 'base64url').toString('utf8')),
      `${typ}+json`,
      signer,
    )
  ).jws;
const linesOf = (evidence: WholeEvidence) =>
  verifyEvidence(evidence).map(({ outcome, text }) => `${outcome} ${text}`);

beforeAll(async () => {
  const genuine = await issueEvidence();
  const malloryKeys = await signingKeys(mallory).read();
  ours = keysOf(genuine.keys)[0]?.kid ?? '';
  theirs = malloryKeys[0]?.kid ?? '';
  whole = {
    ...genuine,
    keys: JSON.stringify({ keys: [...keysOf(genuine.keys), ...malloryKeys] }),
  };
});

describe('a key that is among the keys, and not the one of the certificate', () => {
  it('signs no checkpoint', async () => {
    const [first, ...others] = whole.checkpoints;
    if (!first) throw new Error('there is none');
    const text = await signedBy(mallory, first.text, 'ledger-checkpoint');
    const evidence = { ...whole, thumbprints: [], checkpoints: [{ ...first, text }, ...others] };
    expect(linesOf(evidence)).toContain(
      `FAIL checkpoint 00000001.jws: signed by the key ${theirs}, the certificate by ${ours}`,
    );
  });

  it('signs no final certificate', async () => {
    const final = await signedBy(mallory, whole.final, 'purge-certificate');
    expect(linesOf({ ...whole, thumbprints: [], final })).toContain(
      `FAIL final certificate: signed by the key ${theirs}, the certificate by ${ours}`,
    );
  });

  it('is found out without any keys as well', async () => {
    const { keys: _, thumbprints: __, ...rest } = whole;
    const final = await signedBy(mallory, whole.final, 'purge-certificate');
    expect(verifyEvidence({ ...rest, final })).toContainEqual({
      outcome: 'FAIL',
      text: `final certificate: signed by the key ${theirs}, the certificate by ${ours}`,
    });
  });

  it('may sign when the auditor has its thumbprint too', async () => {
    const final = await signedBy(mallory, whole.final, 'purge-certificate');
    const lines = linesOf({ ...whole, thumbprints: [ours, theirs], final });
    expect(lines).toContain(
      `ok final certificate: signed by the key with the thumbprint ${theirs}`,
    );
    expect(lines).toContain(
      `ok key ${theirs}: has signed the final certificate; its thumbprint was given`,
    );
  });
});

describe('the thumbprints that the auditor has got by another way', () => {
  it('fail what another key has signed, the certificate included', async () => {
    const lines = linesOf({ ...whole, thumbprints: [theirs] });
    expect(lines).toContain(
      `FAIL certificate: signed by the key ${ours}, which no --thumbprint names`,
    );
    expect(lines).toContain(
      `FAIL checkpoint 00000004.jws: signed by the key ${ours}, which no --thumbprint names`,
    );
  });

  it('are held against every key that was used, and each is printed', () => {
    expect(linesOf({ ...whole, thumbprints: [ours] })).toContain(
      `ok key ${ours}: has signed the certificate, 4 checkpoints, the final certificate; its thumbprint was given`,
    );
    expect(linesOf({ ...whole, thumbprints: [] })).toContain(
      `not checked key ${ours}: has signed the certificate, 4 checkpoints, the final certificate; whether it is theirs: no --thumbprint given`,
    );
  });

  it('are given as base64url or as hex, any number of times', () => {
    const hex = Buffer.from(ours, 'base64url').toString('hex');
    const call = ['c.jws', '--thumbprint', ours, '--thumbprint', hex.toUpperCase()];
    expect(parseArguments(call)?.thumbprints).toEqual([ours, ours]);
    expect(parseArguments(['c.jws'])?.thumbprints).toEqual([]);
  });

  it.each(['', 'abc', 'x'.repeat(64), `${'A'.repeat(42)}B`])('are none of %j', (text) => {
    expect(() => parseArguments(['c.jws', '--thumbprint', text])).toThrow(
      /is no SHA-256 thumbprint: 64 hexadecimal digits or 43 characters of base64url/,
    );
  });
});
