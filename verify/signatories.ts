import type { Findings } from './findings.ts';
import type { TrustedKeys } from './jws.ts';

/**
 * Whose signatures count. A set of keys says which there are, not which of them may sign what: so everything has to be signed by the
 * certificate's own key, or by one whose thumbprint the auditor has got by another way.
 */
export interface Signatories {
  readonly keys: TrustedKeys | undefined;
  /** @returns why nothing that this key has signed counts; undefined when it does */
  objectionTo(kid: string): string | undefined;
  /** A signature that holds. @param what `the certificate`, or `checkpoint` for one of many */
  note(kid: string, what: string): void;
  /** A line for each key that was used. */
  report(findings: Findings): void;
}

export function createSignatories({
  keys,
  thumbprints,
  certificateKid,
}: {
  readonly keys: TrustedKeys | undefined;
  /** None: the certificate's key is taken as it is. */
  readonly thumbprints: readonly string[];
  /** Undefined when the certificate cannot be read. */
  readonly certificateKid: string | undefined;
}): Signatories {
  const used = new Map<string, string[]>();
  return {
    keys,
    objectionTo(kid) {
      if (thumbprints.length > 0)
        return thumbprints.includes(kid) ? undefined : 'which no --thumbprint names';
      return certificateKid === undefined || kid === certificateKid
        ? undefined
        : `the certificate by ${certificateKid}`;
    },
    note(kid, what) {
      used.set(kid, [...(used.get(kid) ?? []), what]);
    },
    report(findings) {
      for (const [kid, signed] of used) {
        const about = `key ${kid}: has signed ${enumerated(signed)}`;
        if (thumbprints.includes(kid)) findings.ok(`${about}; its thumbprint was given`);
        else findings.notChecked(`${about}; whether it is theirs: no --thumbprint given`);
      }
    },
  };
}

/** `the certificate, 4 checkpoints`: what was signed more than once is counted. */
function enumerated(signed: readonly string[]): string {
  return [...new Set(signed)]
    .map((what) => {
      const times = signed.filter((other) => other === what).length;
      return times === 1 ? what : `${times} ${what}s`;
    })
    .join(', ');
}
