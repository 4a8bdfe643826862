import { Duration, Size } from 'aws-cdk-lib';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import type { LambdaName } from './bundle.ts';
import type { Capabilities } from './capabilities.ts';
import { ProductFunction } from './product-function.ts';
import { StageFunction, type StageFunctionProps } from './stage-function.ts';

/** The Lambda functions that the state machine may invoke: these and no others. */
export interface WorkflowFunctions {
  readonly locate: ProductFunction;
  /** By the alias of the state machine. */
  readonly recorder: IFunction;
  /** By the alias of the state machine. */
  readonly policyGate: IFunction;
  readonly deregister: ProductFunction;
  readonly verifyDeactivate: ProductFunction;
  readonly deactivate: ProductFunction;
  readonly archivePlan: ProductFunction;
  readonly archivePack: ProductFunction;
  readonly archiveSeal: ProductFunction;
  readonly archiveEvict: ProductFunction;
  readonly requestApproval: ProductFunction;
  readonly remindApproval: ProductFunction;
  readonly awaitApproval: ProductFunction;
  readonly purge: ProductFunction;
  readonly certificate: ProductFunction;
}

// A step that may have millions of records before it works for as long as Lambda lets it, and then asks to be called again.
const LONG = { timeout: Duration.minutes(15), memory: Size.mebibytes(1024), smallHeap: true };
// One whole vCPU: packing hashes and compresses. https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html
const PACKING = { timeout: Duration.minutes(15), memory: Size.mebibytes(1769), smallHeap: true };
const SHORT = { timeout: Duration.minutes(1) };

/** The functions of the state machine with everything each of them may do. None but the recorder may write the ledger. */
export function createWorkflowFunctions(
  scope: Construct,
  capabilities: Capabilities,
): WorkflowFunctions {
  const { config, ledger, registry, usage, decisions, planes, vault, evidence } = capabilities;
  const { purgeSchedule, recorder, policyGate } = capabilities;
  const stage = (
    name: LambdaName,
    description: string,
    size: Pick<StageFunctionProps, 'timeout' | 'memory' | 'smallHeap'>,
  ) => new StageFunction(scope, name, { config, ledger, registry, description, ...size });

  const locate = stage('locate', 'Finds out from the ledger where a plane stands.', SHORT);
  recorder.grantAsk(locate);

  const deregister = stage('deregister', 'Begins the grace period of a plane not in use.', SHORT);
  usage.grantRead(deregister);
  deregister.setEnvironment('GRACE_PERIOD_FLOOR_DAYS', String(config.floors.gracePeriodDays));

  const verifyDeactivate = stage('verify-deactivate', 'Verifies that nobody uses it.', SHORT);
  usage.grantRead(verifyDeactivate);
  verifyDeactivate.setEnvironment('USE_DURING_GRACE', config.useDuringGrace);

  const deactivate = stage('deactivate', 'Revokes tokens and disables endpoints.', LONG);
  planes.grantList(deactivate);
  planes.grantDeactivate(deactivate);
  usage.grantRead(deactivate);

  const archivePlan = stage('archive-plan', 'Inventories the stores.', LONG);
  planes.grantInventory(archivePlan);
  vault.grantPlan(archivePlan);

  const archivePack = stage('archive-pack', 'Packs one shard into the vault.', PACKING);
  planes.grantRead(archivePack);
  vault.grantPack(archivePack);

  const archiveSeal = stage('archive-seal', 'Verifies the payloads and seals the bag.', LONG);
  vault.grantSeal(archiveSeal);

  const archiveEvict = stage('archive-evict', 'Removes what the sealed bag holds.', LONG);
  planes.grantRemove(archiveEvict);
  vault.grantEvict(archiveEvict);
  archiveEvict.setEnvironment('RETENTION_FLOOR_DAYS', String(config.floors.retentionDays));

  const requestApproval = stage('request-approval', 'Asks a person to approve a purge.', LONG);
  planes.grantList(requestApproval);
  vault.grantMeasure(requestApproval);
  usage.grantMeasure(requestApproval);
  decisions.grantAsk(requestApproval);
  recorder.grantAsk(requestApproval);
  requestApproval.setEnvironment('REQUIRED_APPROVALS', String(config.requiredApprovals));

  const between = (name: LambdaName, description: string) => {
    const fn = new ProductFunction(scope, name, { config, description, ...SHORT });
    ledger.grantRead(fn);
    return fn;
  };
  const remindApproval = between('remind-approval', 'Says again that a purge awaits approval.');
  recorder.grantAsk(remindApproval);
  const awaitApproval = between('await-approval', 'Goes on waiting for an approval.');
  decisions.grantAwait(awaitApproval);

  const purge = stage('purge', 'Destroys everything of a plane but its evidence.', LONG);
  planes.grantDestroy(purge);
  vault.grantDestroy(purge);
  usage.grantDestroy(purge);
  decisions.grantDestroy(purge);
  registry.grantScrub(purge);
  purgeSchedule.grantCancel(purge);

  const certificate = new ProductFunction(scope, 'certificate', {
    config,
    description: 'Issues the certificate of a purge.',
    ...SHORT,
  });
  ledger.grantRead(certificate);
  evidence.grantIssue(certificate);
  recorder.grantAsk(certificate);

  return {
    locate,
    recorder: recorder.forWorkflow,
    policyGate: policyGate.forWorkflow,
    deregister,
    verifyDeactivate,
    deactivate,
    archivePlan,
    archivePack,
    archiveSeal,
    archiveEvict,
    requestApproval,
    remindApproval,
    awaitApproval,
    purge,
    certificate,
  };
}
