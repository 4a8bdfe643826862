/** Every environment variable a Lambda of this product may read. The constructs set them by these names. */
export const ENVIRONMENT_VARIABLES = [
  'LEDGER_TABLE',
  'EVENT_BUS',
  'REGISTRY_TABLE',
  'CLAIMS_TABLE',
  'USAGE_TABLE',
  'DECISIONS_TABLE',
  'VAULT_BUCKET',
  'ARCHIVE_STORAGE_CLASS',
  'EVIDENCE_BUCKET',
  'TOKEN_KEY_ARN',
  'SIGNING_KEY_ARN',
  'RECORDER_FUNCTION',
  'POLICY_GATE_FUNCTION',
  'STATE_MACHINE_ARN',
  'SCHEDULE_GROUP',
  'SCHEDULE_ROLE_ARN',
  'SCHEDULE_DEAD_LETTER_ARN',
  'FINAL_CERTIFICATE_FUNCTION_ARN',
  'RESIDUE_REGISTER',
  'GRACE_PERIOD_FLOOR_DAYS',
  'RETENTION_FLOOR_DAYS',
  'FORCE',
  'FORCE_WINDOW_HOURS',
  'REQUIRED_APPROVALS',
  'ROLES',
  'USE_DURING_GRACE',
  'PLANE_BUCKETS',
  'PLANE_TABLES',
  'PLANE_FUNCTIONS',
] as const;
export type EnvironmentVariable = (typeof ENVIRONMENT_VARIABLES)[number];

/** @throws Error naming the variable: a Lambda without it is deployed wrong and must not start. */
export function requireEnv(name: EnvironmentVariable): string {
  const value = process.env[name];
  if (value === undefined || value === '')
    throw new Error(`environment variable ${name} is not set`);
  return value;
}

/** @throws Error when the variable is not a whole number of 0 or more */
export function requireWholeNumberEnv(name: EnvironmentVariable): number {
  const value = requireEnv(name);
  if (!/^\d+$/.test(value)) throw new Error(`environment variable ${name} is not a whole number`);
  return Number(value);
}

/** @throws Error when the variable is none of them */
export function requireChoiceEnv<Choice extends string>(
  name: EnvironmentVariable,
  choices: readonly Choice[],
): Choice {
  const value = requireEnv(name);
  const choice = choices.find((one) => one === value);
  if (choice === undefined)
    throw new Error(`environment variable ${name} is none of ${choices.join(', ')}`);
  return choice;
}

/** A list of names or `*` patterns, comma-separated: which of the account's resources planes may live in. */
export function requireListEnv(name: EnvironmentVariable): readonly string[] {
  return requireEnv(name).split(',');
}
