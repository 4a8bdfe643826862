import { Duration, Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { GATE_ASKED_BY } from '../lambdas/policy-gate/asked-by.ts';
import type { RolePatterns } from '../lambdas/policy-gate/roles.ts';
import { AskedFunction } from './asked-function.ts';
import { assertGovernance } from './assert-governance.ts';
import type { OffboardingConfig } from './config.ts';
import type { Ledger } from './ledger.ts';
import type { Recorder } from './recorder.ts';
import type { Usage } from './usage.ts';

export interface PolicyGateProps {
  readonly config: OffboardingConfig;
  readonly ledger: Ledger;
  readonly usage: Usage;
  readonly recorder: Recorder;
}

/**
 * Decides: the workflow asks it before a protected transition, the API before it does anything for a caller. Either is about
 * what `GATE_ASKED_BY` has for it, and what is refused is on record.
 */
export class PolicyGate extends AskedFunction {
  constructor(scope: Construct, { config, ledger, usage, recorder }: PolicyGateProps) {
    super(scope, 'policy-gate', {
      config,
      description: 'Decides who may do what, and acts on nothing.',
      timeout: Duration.minutes(1),
      askedBy: GATE_ASKED_BY,
      foundBy: 'POLICY_GATE_FUNCTION',
    });
    assertGovernance(config);
    ledger.grantRead(this);
    usage.grantRead(this);
    recorder.grantAsk(this);
    this.setEnvironment('GRACE_PERIOD_FLOOR_DAYS', String(config.floors.gracePeriodDays));
    this.setEnvironment('RETENTION_FLOOR_DAYS', String(config.floors.retentionDays));
    this.setEnvironment('FORCE', config.force);
    this.setEnvironment('USE_DURING_GRACE', config.useDuringGrace);
    this.setEnvironment('ROLES', Stack.of(this).toJsonString(inThisAccount(this, config.roles)));
  }
}

/** `role/Name` and `permission-set/Name` are of this account, whatever its number; anything else stands as it is. */
function inThisAccount(scope: Construct, roles: RolePatterns): RolePatterns {
  const { partition, account } = Stack.of(scope);
  const own = (pattern: string) =>
    pattern
      .replace(/^(?=(user|role)\/)/, `arn:${partition}:iam::${account}:`)
      .replace(/^permission-set\//, `permission-set/${account}/`);
  return {
    operator: roles.operator.map(own),
    forcer: roles.forcer.map(own),
    legal: roles.legal.map(own),
    approver: roles.approver.map(own),
  };
}
