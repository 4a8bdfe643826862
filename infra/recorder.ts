import { Duration } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { OffboardingConfig } from './config.ts';
import type { Ledger } from './ledger.ts';
import { ProductFunction } from './product-function.ts';
import type { Registry } from './registry.ts';

export interface RecorderProps {
  readonly config: OffboardingConfig;
  readonly ledger: Ledger;
  readonly registry: Registry;
}

/** The single writer of the ledger. Whoever wants an entry asks this function. */
export class Recorder extends ProductFunction {
  constructor(scope: Construct, { config, ledger, registry }: RecorderProps) {
    super(scope, 'recorder', {
      config,
      description: 'Writes the ledger, alone, and projects it onto the registry.',
      timeout: Duration.seconds(30),
    });
    ledger.grantRecord(this);
    registry.grantProject(this);
  }

  /** May ask for an entry; the ledger's rules decide. */
  grantRecord(fn: ProductFunction): void {
    this.grantInvoke(fn);
    fn.setEnvironment('RECORDER_FUNCTION', this.functionName);
  }
}
