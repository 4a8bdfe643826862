import { type PolicyJson, policySetTextToParts, policyToJson } from '@cedar-policy/cedar-wasm/web';
import { type ErrorCode, isErrorCode } from '../core/errors.ts';
import type { PolicyFiles } from './policy-files.ts';

/** One policy, with what its annotations say to whoever it refuses. */
export type Policy = Permit | Prohibition;

export interface Permit {
  readonly id: string;
  readonly effect: 'permit';
  readonly json: PolicyJson;
}

export interface Prohibition {
  readonly id: string;
  readonly effect: 'forbid';
  readonly json: PolicyJson;
  readonly code: ErrorCode;
  /** With `{names}` of facts in it. */
  readonly reason: string;
  /** Only says that something is still missing. */
  readonly isPending: boolean;
}

/**
 * The policies in the order of their files. Cedar's WebAssembly must have been initialised.
 * @throws Error naming the policy without an id, or the prohibition without code or reason
 */
export function parsePolicies({ policies }: PolicyFiles): readonly Policy[] {
  const parsed = policies.flatMap(({ name, text }) => parseFile(name, text));
  const ids = parsed.map(({ id }) => id);
  const repeated = ids.find((id, index) => ids.indexOf(id) < index);
  if (repeated !== undefined) throw new Error(`two policies are called ${repeated}`);
  return parsed;
}

function parseFile(name: string, text: string): readonly Policy[] {
  const parts = policySetTextToParts(text);
  if (parts.type === 'failure')
    throw new Error(`${name}: ${parts.errors.map(({ message }) => message).join('; ')}`);
  // The parts come in an order of their own.
  const position = ({ id }: Policy) => text.indexOf(`@id("${id}")`);
  return parts.policies
    .map((part) => parsePolicy(name, part))
    .sort((one, other) => position(one) - position(other));
}

function parsePolicy(file: string, text: string): Policy {
  const parsed = policyToJson(text);
  if (parsed.type === 'failure') throw new Error(`${file}: ${text} cannot be parsed`);
  const { json } = parsed;
  const { id, code, reason, kind } = json.annotations ?? {};
  if (!id) throw new Error(`${file}: a policy has no @id`);
  if (json.effect === 'permit') return { id, effect: 'permit', json };
  if (!code || !isErrorCode(code)) throw new Error(`${file}: ${id} has no @code that is known`);
  if (!reason) throw new Error(`${file}: ${id} has no @reason`);
  if (kind !== undefined && kind !== 'pending')
    throw new Error(`${file}: ${id} is of no known @kind`);
  return { id, effect: 'forbid', json, code, reason, isPending: kind === 'pending' };
}
