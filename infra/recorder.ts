import { Duration } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { RECORDED_BY } from '../lambdas/recorder/recorded-by.ts';
import { AskedFunction } from './asked-function.ts';
import type { OffboardingConfig } from './config.ts';
import type { Ledger } from './ledger.ts';
import type { Registry } from './registry.ts';

export interface RecorderProps {
  readonly config: OffboardingConfig;
  readonly ledger: Ledger;
  readonly registry: Registry;
}

/** The single writer of the ledger. Each caller may ask for the entries that `RECORDED_BY` has for it; the ledger's rules decide. */
export class Recorder extends AskedFunction {
  constructor(scope: Construct, { config, ledger, registry }: RecorderProps) {
    super(scope, 'recorder', {
      config,
      description: 'Writes the ledger, alone, and projects it onto the registry.',
      timeout: Duration.seconds(30),
      askedBy: RECORDED_BY,
      foundBy: 'RECORDER_FUNCTION',
    });
    ledger.grantRecord(this);
    registry.grantProject(this);
  }
}
