import type { ResidueSource } from '../core/residue.ts';

/**
 * The residue register of this deployment, as infra/residue.ts has computed it from its resources.
 * @throws Error when it is none: a certificate must not leave out what nobody has read
 */
export function parseResidueRegister(json: string): readonly ResidueSource[] {
  const register: unknown = JSON.parse(json);
  if (!Array.isArray(register) || !register.every(isResidueSource))
    throw new Error('RESIDUE_REGISTER is no residue register');
  return register;
}

function isResidueSource(value: unknown): value is ResidueSource {
  const { what, kind, days, source } = Object(value);
  return (
    [what, kind, source].every((text) => typeof text === 'string' && text !== '') &&
    Number.isInteger(days)
  );
}
