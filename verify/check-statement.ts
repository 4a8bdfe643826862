import type { z } from 'zod';
import type { Findings } from './findings.ts';
import { isSignedBy, parseJws } from './jws.ts';
import { faultsOf } from './shapes.ts';
import type { Signatories } from './signatories.ts';

export interface Expected<Schema extends z.ZodType> {
  /** What the report calls it. */
  readonly about: string;
  readonly typ: 'purge-certificate+json' | 'ledger-checkpoint+json';
  readonly schema: Schema;
  /** One of many: only what does not hold is said of each. */
  readonly oneOfMany?: true;
}

/**
 * One signed statement: its form, who has signed it, its signature if there are keys, its content's shape.
 * @returns the statement, if there is any sense in looking further: also one whose signature does not hold
 */
export function checkStatement<Schema extends z.ZodType>(
  findings: Findings,
  text: string,
  signatories: Signatories,
  { about, typ, schema, oneOfMany }: Expected<Schema>,
): z.output<Schema> | undefined {
  const jws = parseJws(text);
  if (typeof jws === 'string') {
    findings.fail(`${about}: ${jws}`);
    return undefined;
  }
  const { kid } = jws.header;
  if (jws.header.typ !== typ) findings.fail(`${about}: is a ${jws.header.typ}, not a ${typ}`);
  const { keys } = signatories;
  const objection = signatories.objectionTo(kid);
  if (objection !== undefined) findings.fail(`${about}: signed by the key ${kid}, ${objection}`);
  else if (keys) {
    const key = keys.get(kid);
    if (!key)
      findings.fail(`${about}: signed by the key ${kid}, which is not among the keys given`);
    else if (!isSignedBy(jws, key))
      findings.fail(`${about}: the signature by the key ${kid} does not hold`);
    else {
      signatories.note(kid, oneOfMany ? 'checkpoint' : `the ${about}`);
      if (!oneOfMany) findings.ok(`${about}: signed by the key with the thumbprint ${kid}`);
    }
  } else if (!oneOfMany)
    findings.notChecked(`${about}: its signature, said to be by the key ${kid}: no --keys given`);
  const parsed = schema.safeParse(jws.payload);
  if (parsed.success) return parsed.data;
  findings.fail(`${about}: ${faultsOf(parsed.error)}`);
  return undefined;
}
