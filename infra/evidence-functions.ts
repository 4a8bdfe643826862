import { Duration, Lazy } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { Capabilities } from './capabilities.ts';
import type { EvidenceSchedules } from './evidence-schedules.ts';
import { ProductFunction } from './product-function.ts';
import { residueRegister } from './residue.ts';

/** At an hour in which few offboardings run, and before the working day of anybody in Europe begins. */
const CHECKPOINT_HOUR_UTC = 3;

export interface EvidenceFunctionsProps {
  readonly evidenceSchedules: EvidenceSchedules;
  /** Issues the first phase of a certificate, and puts the second on the clock. */
  readonly certificate: ProductFunction;
}

export interface EvidenceFunctions {
  readonly certificateFinal: ProductFunction;
  readonly checkpoint: ProductFunction;
}

/** The functions that issue evidence when it is due. The workflow knows none of them. */
export function createEvidenceFunctions(
  scope: Construct,
  { config, ledger, registry, evidence, recorder }: Capabilities,
  { evidenceSchedules, certificate }: EvidenceFunctionsProps,
): EvidenceFunctions {
  const certificateFinal = new ProductFunction(scope, 'certificate-final', {
    config,
    description: 'Completes a certificate when nothing of the plane remains anywhere.',
    timeout: Duration.minutes(1),
  });
  ledger.grantRead(certificateFinal);
  evidence.grantIssue(certificateFinal);
  recorder.grantAsk(certificateFinal);
  evidenceSchedules.grantSchedule(certificate, certificateFinal);
  evidenceSchedules.keepFailed(certificateFinal);
  // Read when everything is there, from everything that is there.
  const register = Lazy.string({ produce: () => JSON.stringify(residueRegister(scope)) });
  certificate.setEnvironment('RESIDUE_REGISTER', register);

  const checkpoint = new ProductFunction(scope, 'checkpoint', {
    config,
    description: 'Signs how long every ledger is and how it ends.',
    // Sixteen heads at once, some 1,000 planes a second: nine hundred thousand planes.
    timeout: Duration.minutes(15),
  });
  ledger.grantRead(checkpoint);
  registry.grantList(checkpoint);
  evidence.grantCheckpoint(checkpoint);
  evidenceSchedules.daily(checkpoint, CHECKPOINT_HOUR_UTC);
  evidenceSchedules.keepFailed(checkpoint);

  return { certificateFinal, checkpoint };
}
