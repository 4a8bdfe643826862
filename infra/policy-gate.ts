import { Duration } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { OffboardingConfig } from './config.ts';
import type { Ledger } from './ledger.ts';
import { ProductFunction } from './product-function.ts';
import type { Recorder } from './recorder.ts';
import type { Usage } from './usage.ts';

export interface PolicyGateProps {
  readonly config: OffboardingConfig;
  readonly ledger: Ledger;
  readonly usage: Usage;
  readonly recorder: Recorder;
}

/** Decides: the workflow asks it before a protected transition, the API before it does anything for a caller. */
export class PolicyGate extends ProductFunction {
  constructor(scope: Construct, { config, ledger, usage, recorder }: PolicyGateProps) {
    super(scope, 'policy-gate', {
      config,
      description: 'Decides on protected transitions, and acts on none.',
      timeout: Duration.minutes(1),
    });
    ledger.grantRead(this);
    usage.grantRead(this);
    recorder.grantRecord(this);
  }

  /** May ask whether its caller is allowed to do something; a refusal is then on record. */
  grantAsk(fn: ProductFunction): void {
    this.grantInvoke(fn);
    fn.setEnvironment('POLICY_GATE_FUNCTION', this.functionName);
  }
}
