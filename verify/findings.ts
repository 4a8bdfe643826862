/** One line of the report: something that holds, does not hold, or could not be looked at. */
export interface Finding {
  readonly outcome: 'ok' | 'FAIL' | 'not checked';
  /** A plain sentence that begins with what it is about: `ledger entry 4`, `checkpoint 00000002.jws`. */
  readonly text: string;
}

export interface Findings {
  readonly all: readonly Finding[];
  ok(text: string): void;
  fail(text: string): void;
  notChecked(text: string): void;
  /** @returns whether it holds */
  check(holds: boolean, about: string, good: string, bad: string): boolean;
}

/** Whether the certificate says what was found in the ledger. @returns whether it does */
export type Same = (what: string, said: unknown, found: unknown) => boolean;

export function createFindings(): Findings {
  const all: Finding[] = [];
  const add = (outcome: Finding['outcome']) => (text: string) => {
    all.push({ outcome, text });
  };
  const ok = add('ok');
  const fail = add('FAIL');
  return {
    all,
    ok,
    fail,
    notChecked: add('not checked'),
    check(holds, about, good, bad) {
      if (holds) ok(`${about}: ${good}`);
      else fail(`${about}: ${bad}`);
      return holds;
    },
  };
}
