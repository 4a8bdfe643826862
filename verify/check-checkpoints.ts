import { checkStatement } from './check-statement.ts';
import type { EvidenceFile } from './evidence-files.ts';
import type { Findings } from './findings.ts';
import { sha256 } from './jws.ts';
import { type Checkpoint, checkpointSchema, type LedgerEntry } from './shapes.ts';
import type { Signatories } from './signatories.ts';

const NAME = /^(\d{8})\.jws$/;

export interface CheckpointContext {
  readonly signatories: Signatories;
  readonly planeId: string | undefined;
  /** Undefined when no ledger was given. */
  readonly entries: readonly LedgerEntry[] | undefined;
  /** How long the ledger was when the plane was purged. */
  readonly purgedLength: number | undefined;
}

/** The chain of checkpoints from the first on, and what each of them says of this plane's ledger. */
export function checkCheckpoints(
  findings: Findings,
  files: readonly EvidenceFile[],
  context: CheckpointContext,
): void {
  const { keys } = context.signatories;
  const failures = () => findings.all.filter(({ outcome }) => outcome === 'FAIL').length;
  const before = failures();
  let expected = 1;
  let previous: { readonly hash: string; readonly statement: Checkpoint | undefined } | undefined;
  let seen = 0;
  let last: Checkpoint | undefined;
  for (const { name, text } of files) {
    const about = `checkpoint ${name}`;
    const number = Number(NAME.exec(name)?.[1]);
    if (Number.isNaN(number)) {
      findings.fail(`${about}: is no name of a checkpoint`);
      continue;
    }
    for (; expected < number; expected += 1) {
      findings.fail(`checkpoint ${fileName(expected)}: is missing`);
      previous = undefined;
    }
    const statement = checkStatement(findings, text, context.signatories, {
      about,
      typ: 'ledger-checkpoint+json',
      schema: checkpointSchema,
      oneOfMany: true,
    });
    if (statement) {
      for (const fault of faultsOfLink(statement, number, previous))
        findings.fail(`${about}: ${fault}`);
      for (const fault of faultsOfContent(statement, context, last))
        findings.fail(`${about}: ${fault}`);
      const line = statement.planes.find(({ planeId }) => planeId === context.planeId);
      if (line && line.length > 0) seen = Math.max(seen, line.length);
      last = statement;
    }
    previous = { hash: sha256(text), statement };
    expected = number + 1;
  }
  if (!keys) findings.notChecked('checkpoints: their signatures: no --keys given');
  if (files.length === 0) findings.fail('checkpoints: the folder holds none');
  if (failures() > before || !last) return;
  findings.ok(
    `checkpoints: ${files.length}, ${keys ? 'signed, ' : ''}without a gap from the first to ${fileName(last.number)} of ${last.at}`,
  );
  if (context.entries === undefined)
    findings.notChecked('checkpoints: whether they have seen this ledger: no --ledger given');
  else
    findings.ok(
      `checkpoints: they have seen ${seen} entries of this ledger, and each of them this one`,
    );
  if (context.purgedLength !== undefined && seen < context.purgedLength)
    findings.notChecked('checkpoints: the purge: none that was given is later');
}

function faultsOfLink(
  { number, previous, at }: Checkpoint,
  expected: number,
  before: { readonly hash: string; readonly statement: Checkpoint | undefined } | undefined,
): readonly string[] {
  const faults: string[] = [];
  if (number !== expected) faults.push(`says that it is number ${number}`);
  if (expected === 1 ? previous !== null : before !== undefined && previous !== before.hash)
    faults.push('does not follow the checkpoint before it');
  if (before?.statement && at < before.statement.at) faults.push('is older than the one before it');
  return faults;
}

function faultsOfContent(
  { planes, totals, contradictions }: Checkpoint,
  { planeId, entries }: CheckpointContext,
  last: Checkpoint | undefined,
): readonly string[] {
  const faults: string[] = [];
  const ids = planes.map((plane) => plane.planeId);
  if (ids.some((id, index) => index > 0 && id <= (ids[index - 1] ?? '')))
    faults.push('its planes are not in order');
  const length = planes.reduce((sum, plane) => sum + plane.length, 0);
  if (totals.planes !== planes.length || totals.entries !== length)
    faults.push('its totals are not those of its planes');
  for (const { planeId: id, expected, found } of contradictions)
    faults.push(
      `the ledger of ${id} had been rewritten: ${expected.length} entries were known, entry ${expected.length} of ${found.length} was another one`,
    );
  const now = new Map(planes.map((plane) => [plane.planeId, plane]));
  for (const { planeId: id, length: was } of last?.planes ?? []) {
    const is = now.get(id);
    if (!is) faults.push(`the plane ${id} is not in it any more`);
    else if (is.length < was)
      faults.push(`the ledger of ${id} has shrunk from ${was} to ${is.length} entries`);
  }
  const line = planeId === undefined ? undefined : now.get(planeId);
  if (!entries || !line || line.length === 0) return faults;
  const entry = entries[line.length - 1];
  if (!entry)
    faults.push(`has seen ${line.length} entries, ledger entry ${entries.length + 1} is missing`);
  else if (entry.hash !== line.headHash)
    faults.push(
      `has seen another ledger: its entry ${line.length} is not ledger entry ${line.length}`,
    );
  return faults;
}

function fileName(number: number): string {
  return `${String(number).padStart(8, '0')}.jws`;
}
