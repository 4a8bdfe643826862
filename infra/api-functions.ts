import { Duration } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { ApiFunctionName } from './api-routes.ts';
import type { Capabilities } from './capabilities.ts';
import type { OffboardingWorkflow } from './offboarding-workflow.ts';
import { ProductFunction } from './product-function.ts';

// API Gateway gives up after 29 seconds; a function that works on would tell nobody.
const TIMEOUT = Duration.seconds(28);

/** The functions of the API with everything each of them may do. */
export function createApiFunctions(
  scope: Construct,
  {
    config,
    ledger,
    registry,
    usage,
    decisions,
    planes,
    evidence,
    recorder,
    policyGate,
  }: Capabilities,
  workflow: OffboardingWorkflow,
): Readonly<Record<ApiFunctionName, ProductFunction>> {
  const api = (name: ApiFunctionName, description: string) =>
    new ProductFunction(scope, name, { config, description, timeout: TIMEOUT });

  const planesFunction = api('api-planes', 'Registers planes and lists them.');
  registry.grantRegister(planesFunction);
  planes.describeTo(planesFunction);

  const offboarding = api('api-offboarding', 'Starts, shows and cancels offboardings.');
  registry.grantClaimAttempt(offboarding);
  ledger.grantRead(offboarding);
  recorder.grantAsk(offboarding);
  workflow.grantStart(offboarding);
  offboarding.setEnvironment('GRACE_PERIOD_FLOOR_DAYS', String(config.floors.gracePeriodDays));
  offboarding.setEnvironment('RETENTION_FLOOR_DAYS', String(config.floors.retentionDays));
  offboarding.setEnvironment('FORCE_WINDOW_HOURS', String(config.forceWindowHours));
  policyGate.grantAsk(offboarding);

  const approval = api('api-approval', 'Shows what an approver is asked, and takes the decision.');
  registry.grantRead(approval);
  ledger.grantRead(approval);
  decisions.grantDecide(approval);
  recorder.grantAsk(approval);
  policyGate.grantAsk(approval);
  workflow.grantAnswer(approval);

  const evidenceFunction = api('api-evidence', 'Shows the ledger and the certificate.');
  registry.grantRead(evidenceFunction);
  ledger.grantRead(evidenceFunction);
  evidence.grantRead(evidenceFunction);

  const usageFunction = api('api-usage', 'Takes leases and dependents.');
  registry.grantRead(usageFunction);
  ledger.grantRead(usageFunction);
  usage.grantRead(usageFunction);
  usage.grantDeclare(usageFunction);
  recorder.grantAsk(usageFunction);
  policyGate.grantAsk(usageFunction);
  usageFunction.setEnvironment('USE_DURING_GRACE', config.useDuringGrace);

  const hold = api('api-hold', 'Places, shows and releases legal holds.');
  registry.grantRead(hold);
  ledger.grantRead(hold);
  recorder.grantAsk(hold);
  policyGate.grantAsk(hold);

  return {
    'api-planes': planesFunction,
    'api-offboarding': offboarding,
    'api-approval': approval,
    'api-evidence': evidenceFunction,
    'api-usage': usageFunction,
    'api-hold': hold,
  };
}
