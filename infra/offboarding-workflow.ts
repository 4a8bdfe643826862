import { Arn, ArnFormat, Duration, Names, Stack } from 'aws-cdk-lib';
import {
  Chain,
  Choice,
  Condition,
  DefinitionBody,
  DistributedMap,
  Fail,
  type IChainable,
  JsonPath,
  LogLevel,
  Pass,
  Result,
  S3JsonLItemReader,
  StateMachine,
  StateMachineType,
  Succeed,
  Timeout,
  Wait,
  WaitTime,
} from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import type { ErrorCode } from '../lambdas/core/errors.ts';
import type { DeregisterData } from '../lambdas/core/ledger-state.ts';
import type { LifecycleState } from '../lambdas/core/lifecycle.ts';
import { acknowledge, acknowledgePatterns, INLINE_POLICY, patternFinding } from './acknowledge.ts';
import { approvalNotices } from './approval-notices.ts';
import type { OffboardingConfig } from './config.ts';
import type { ProductFunction } from './product-function.ts';
import { ProductLogGroup } from './product-log-group.ts';
import type { PurgeSchedule } from './purge-schedule.ts';
import { CONCURRENT_CHANGE, DRAIN, ITEM_READER_ERRORS, UNFINISHED } from './retry-policies.ts';
import type { Vault } from './vault.ts';
import type { WorkflowFunctions } from './workflow-functions.ts';
import { dataAt, fieldsAt, idempotencyKey, subject, WorkflowSteps } from './workflow-steps.ts';

const MAP_LABEL = 'PackShards';
const EXECUTIONS = 'executions are named by offboardings and attempts, those of a map by AWS';

export interface OffboardingWorkflowProps {
  readonly config: OffboardingConfig;
  readonly functions: WorkflowFunctions;
  readonly vault: Vault;
  readonly purgeSchedule: PurgeSchedule;
}

/**
 * The state machine. It asks the ledger where the plane stands and goes on from there, so the same machine starts an
 * offboarding, resumes one that halted, and finishes one whose retention is over. README.md has its picture.
 */
export class OffboardingWorkflow extends Construct {
  readonly stateMachine: StateMachine;

  constructor(scope: Construct, id: string, props: OffboardingWorkflowProps) {
    super(scope, id);
    const { config, functions, vault, purgeSchedule } = props;

    // Where executions end.
    const purged = new Succeed(this, 'Purged');
    const alreadyPurged = new Succeed(this, 'Already purged');
    const keptInArchive = new Succeed(this, 'Kept in archive');
    const superseded = new Succeed(this, 'Superseded', {
      comment: 'Cancelled or replaced by another offboarding meanwhile. That is no failure.',
    });
    const halted = new Fail(this, 'Halted', {
      errorPath: '$.failure.Error',
      causePath: '$.failure.Cause',
    });
    const steps = new WorkflowSteps(this, functions.recorder, superseded);

    // Every failure is noted under its stage and recorded, and the execution ends under the stage's own error.
    const recordHalt = steps.record('Record halt', {
      type: 'HALTED',
      data: { stage: JsonPath.stringAt('$.failedStage'), failure: JsonPath.objectAt('$.failure') },
    });
    // It ends as FAILED even when the ledger cannot be written.
    recordHalt.addCatch(halted, { errors: ['States.ALL'], resultPath: JsonPath.DISCARD });
    recordHalt.next(halted);
    const locateFailed = steps.failure('Locate failed', 'locate', recordHalt);
    const deregisterFailed = steps.failure('Deregister failed', 'deregister', recordHalt);
    const verifyFailed = steps.failure('Verify failed', 'verify_deactivate', recordHalt);
    const deactivateFailed = steps.failure('Deactivate failed', 'deactivate', recordHalt);
    const archiveFailed = steps.failure('Archive failed', 'archive', recordHalt);
    const approvalFailed = steps.failure('Approval failed', 'approval', recordHalt);
    const purgeFailed = steps.failure('Purge failed', 'purge', recordHalt);
    const certificateFailed = steps.failure('Certificate failed', 'certificate', recordHalt);

    // From anywhere: what the ledger says replaces the whole state, so nothing of an earlier attempt is believed.
    const locate = steps.run('Locate plane', functions.locate, {
      payload: {
        execution: {
          name: JsonPath.executionName,
          stateMachineArn: JsonPath.stateMachineId,
        },
      },
      replacesState: true,
      failed: locateFailed,
    });

    // ACTIVE: nobody may be using the plane, and its grace period begins.
    const deregister = steps.run('Deregister', functions.deregister, {
      result: {
        path: '$.deregistration',
        // Field by field, so that it looks the same whether this step or Locate plane has set it.
        select: fieldsAt<DeregisterData>('$.Payload.data', {
          deregistrationRequestedAt: true,
          gracePeriodDays: true,
          gracePeriodEnd: true,
          dependents: true,
          dependentCount: true,
          canCancel: true,
        }),
      },
      failed: deregisterFailed,
    });
    const recordPendingDeactivation = steps.record('Record pending deactivation', {
      type: 'TRANSITION',
      to: 'PENDING_DEACTIVATE',
      actor: JsonPath.stringAt('$.request.requestedBy'),
      reason: JsonPath.stringAt('$.request.reason'),
      data: {
        request: JsonPath.objectAt('$.request'),
        deregistration: JsonPath.objectAt('$.deregistration'),
      },
      failed: deregisterFailed,
    });

    // PENDING_DEACTIVATE: until the gate has decided, a cancel wins.
    const waitOutGracePeriod = new Wait(this, 'Wait out the grace period', {
      time: WaitTime.timestampPath('$.deregistration.gracePeriodEnd'),
    });
    // A use has extended it meanwhile; what Locate plane finds is the end that is in force now.
    const extended = { error: 'GRACE_PERIOD_ACTIVE', next: locate } as const;
    const verifyDeactivation = steps.run(
      'Verify deactivation is safe',
      functions.verifyDeactivate,
      {
        result: dataAt('$.verification'),
        retry: DRAIN,
        unless: extended,
        failed: verifyFailed,
      },
    );
    const deactivationGate = steps.run('Deactivation gate', functions.policyGate, {
      payload: { transition: 'DEACTIVATED', idempotencyKey: idempotencyKey() },
      // Somebody may have come between the verification and the gate.
      retry: DRAIN,
      unless: extended,
      failed: deactivateFailed,
    });
    const deactivate = steps.run('Deactivate', functions.deactivate, {
      result: dataAt('$.deactivation'),
      retry: DRAIN,
      failed: deactivateFailed,
    });
    const recordDeactivated = steps.record('Record deactivated', {
      type: 'TRANSITION',
      to: 'DEACTIVATED',
      data: JsonPath.jsonMerge(
        JsonPath.objectAt('$.verification.data'),
        JsonPath.objectAt('$.deactivation.data'),
      ),
      failed: deactivateFailed,
    });

    // DEACTIVATED: nothing leaves its store before the sealed bag has been verified.
    const planArchive = steps.run('Plan archive', functions.archivePlan, {
      result: {
        path: '$.plan',
        select: {
          shardsBucket: JsonPath.stringAt('$.Payload.data.shardsBucket'),
          shardsKey: JsonPath.stringAt('$.Payload.data.shardsKey'),
        },
      },
      retry: UNFINISHED,
      failed: archiveFailed,
    });
    const packShards = DistributedMap.jsonPath(this, 'Pack shards', {
      itemReader: new S3JsonLItemReader({
        bucketNamePath: JsonPath.stringAt('$.plan.shardsBucket'),
        key: JsonPath.stringAt('$.plan.shardsKey'),
      }),
      itemSelector: {
        ...subject(),
        shard: JsonPath.objectAt('$$.Map.Item.Value'),
        attempt: JsonPath.executionName,
      },
      label: MAP_LABEL,
      // Standard, because packing a shard may take a Lambda's whole 15 minutes and Express ends after 5.
      mapExecutionType: StateMachineType.STANDARD,
      maxConcurrency: config.packConcurrency,
      toleratedFailureCount: 0,
      resultPath: JsonPath.DISCARD,
    }).itemProcessor(
      steps.run('Pack shard', functions.archivePack, {
        payload: {
          input: { shard: JsonPath.objectAt('$.shard'), attempt: JsonPath.stringAt('$.attempt') },
        },
        retry: UNFINISHED,
      }),
    );
    packShards.addRetry(ITEM_READER_ERRORS);
    const sealArchive = steps.run('Seal archive', functions.archiveSeal, {
      result: dataAt('$.seal'),
      retry: UNFINISHED,
      failed: archiveFailed,
    });
    // A map run fails under a name of its own. What its packers met they have noted in the vault.
    const explainUnpacked = steps.run('Explain unpacked shards', functions.archiveSeal, {
      payload: { input: { packingFailed: JsonPath.executionName } },
      failed: archiveFailed,
    });
    // It always fails. If it did not, a seal would still be asked for, which looks at everything.
    explainUnpacked.next(sealArchive);
    packShards.addCatch(explainUnpacked, {
      errors: ['States.ExceedToleratedFailureThreshold'],
      resultPath: JsonPath.DISCARD,
    });
    packShards.addCatch(archiveFailed, { errors: ['States.ALL'], resultPath: '$.failure' });
    const evictHotData = steps.run('Evict hot data', functions.archiveEvict, {
      result: dataAt('$.archive'),
      retry: UNFINISHED,
      failed: archiveFailed,
    });
    const recordArchived = steps.record('Record archived', {
      type: 'TRANSITION',
      to: 'ARCHIVED',
      data: JsonPath.objectAt('$.archive.data'),
      failed: archiveFailed,
    });

    // ARCHIVED, the retention is not over: an execution may stay open for one year, so a schedule starts the next.
    // Under a name: the purge is started once, however often Scheduler says so, and the API sees that it is running.
    const schedulePurge = (name: string, rescheduleName: string, next: IChainable) => {
      const schedule = purgeSchedule.step(this, name, 'createSchedule');
      // An earlier attempt has made the schedule, and it names an execution which may be this one.
      const reschedule = purgeSchedule.step(this, rescheduleName, 'updateSchedule');
      reschedule.addRetry(CONCURRENT_CHANGE);
      schedule.addCatch(reschedule, {
        errors: ['Scheduler.ConflictException'],
        resultPath: JsonPath.DISCARD,
      });
      for (const step of [schedule, reschedule]) {
        steps.catchFailures(step, archiveFailed);
        step.next(next);
      }
      return schedule;
    };
    const keepUntilRetentionEnds = schedulePurge(
      'Schedule purge',
      'Reschedule purge',
      keptInArchive,
    );

    // ARCHIVED, the purge is due: a person decides, and the token that waits for them stays on this side.
    const notices = approvalNotices(config.approval);
    const approvalTimeout = Duration.days(config.approval.timeoutDays);
    const [{ secondsBeforeExpiry }] = notices;
    const untilFirstNotice = Duration.seconds(approvalTimeout.toSeconds() - secondsBeforeExpiry);
    const requestApproval = steps.run('Request purge approval', functions.requestApproval, {
      payload: {
        taskToken: JsonPath.taskToken,
        timeoutSeconds: approvalTimeout.toSeconds(),
        idempotencyKey: idempotencyKey(),
      },
      waitsForAnswer: Timeout.duration(untilFirstNotice),
      // A very large plane is measured in several invocations before anybody is asked.
      retry: UNFINISHED,
      result: { path: '$.approval' },
    });
    const expired = Pass.jsonPath(this, 'Approval expired', {
      result: Result.fromObject({
        Error: 'APPROVAL_EXPIRED',
        Cause: `{"errorMessage":"nobody decided within ${config.approval.timeoutDays} days"}`,
      }),
      resultPath: '$.failure',
    });
    const recordExpiry = steps.record('Record expiry', {
      type: 'APPROVAL_EXPIRED',
      failed: approvalFailed,
    });
    expired.next(recordExpiry).next(halted);
    // Nobody has decided until a notice is due. It is said, and the same question goes on to be waited for, under a token of its own.
    const remindApprovers = steps.run('Remind approvers', functions.remindApproval, {
      payload: { notices },
      result: {
        path: '$.notice',
        select: {
          status: JsonPath.stringAt('$.Payload.status'),
          waitSeconds: JsonPath.stringAt('$.Payload.waitSeconds'),
        },
      },
      failed: approvalFailed,
    });
    const awaitApproval = steps.run('Await purge approval', functions.awaitApproval, {
      payload: { taskToken: JsonPath.taskToken },
      waitsForAnswer: Timeout.at('$.notice.waitSeconds'),
      result: { path: '$.approval' },
    });
    for (const step of [requestApproval, awaitApproval])
      step.addCatch(remindApprovers, {
        errors: ['States.Timeout'],
        resultPath: JsonPath.DISCARD,
      });
    // It came between two tokens, so the ledger has it, and whoever reads that next goes on.
    const decided: ErrorCode = 'APPROVAL_DECIDED';
    awaitApproval.addCatch(remindApprovers, { errors: [decided], resultPath: JsonPath.DISCARD });
    steps.catchFailures(awaitApproval, approvalFailed);
    steps.catchFailures(requestApproval, approvalFailed);
    const recordRejection = steps.record('Record rejection', {
      type: 'REJECTED',
      actor: JsonPath.stringAt('$.approval.decidedBy'),
      reason: JsonPath.stringAt('$.approval.reason'),
      data: { scopeHash: JsonPath.stringAt('$.approval.scopeHash') },
      failed: approvalFailed,
    });
    recordRejection.next(keptInArchive);

    // The purge is approved: from here on it goes on under this approval, however often it is interrupted.
    const purgeGate = steps.run('Purge gate', functions.policyGate, {
      payload: { transition: 'PURGED', idempotencyKey: idempotencyKey() },
      failed: purgeFailed,
    });
    const purge = steps.run('Purge', functions.purge, {
      result: dataAt('$.purge'),
      retry: UNFINISHED,
      failed: purgeFailed,
    });
    const recordPurged = steps.record('Record purged', {
      type: 'TRANSITION',
      to: 'PURGED',
      data: JsonPath.objectAt('$.purge.data'),
      failed: purgeFailed,
    });

    // PURGED: what is left to do is to say so.
    const issueCertificate = steps.run('Issue certificate', functions.certificate, {
      payload: { idempotencyKey: idempotencyKey() },
      failed: certificateFailed,
    });

    // The flow.
    const unknownAnswer = Pass.jsonPath(this, 'Unknown decision', {
      result: Result.fromObject({
        Error: 'INVALID_STAGE_INPUT',
        Cause: '{"errorMessage":"the decision is neither approve nor reject"}',
      }),
      resultPath: '$.failure',
    });
    unknownAnswer.next(approvalFailed);
    const isApproved = new Choice(this, 'Approved?')
      .when(Condition.stringEquals('$.approval.decision', 'approve'), purgeGate)
      .when(Condition.stringEquals('$.approval.decision', 'reject'), recordRejection)
      .otherwise(unknownAnswer);

    const isStillOpen = new Choice(this, 'Still to be decided?')
      .when(Condition.stringEquals('$.notice.status', 'waiting'), awaitApproval)
      .when(Condition.stringEquals('$.notice.status', 'approved'), purgeGate)
      .otherwise(expired);
    remindApprovers.next(isStillOpen);
    awaitApproval.next(isApproved);

    const unknownState = Pass.jsonPath(this, 'Unknown lifecycle state', {
      result: Result.fromObject({
        Error: 'WRONG_STATE',
        Cause:
          '{"errorMessage":"the ledger holds a lifecycle state that this workflow does not know"}',
      }),
      resultPath: '$.failure',
    });
    unknownState.next(locateFailed);
    // An erasure does not wait for the schedule. Should it be refused, the schedule is there, under a name that is free.
    const askForErasure = schedulePurge(
      'Schedule purge unless erased',
      'Reschedule purge unless erased',
      requestApproval,
    );
    const hasRetention = Condition.isPresent('$.purgeSchedule');
    const standing = new Choice(this, 'Where does the plane stand?')
      .when(is('ACTIVE'), deregister)
      .when(is('PENDING_DEACTIVATE'), waitOutGracePeriod)
      .when(is('DEACTIVATED'), planArchive)
      .when(Condition.and(is('ARCHIVED'), holds('$.purgeCommitted')), purgeGate)
      .when(Condition.and(is('ARCHIVED'), hasRetention, holds('$.purgeDue')), askForErasure)
      .when(Condition.and(is('ARCHIVED'), hasRetention), keepUntilRetentionEnds)
      .when(Condition.and(is('ARCHIVED'), holds('$.purgeDue')), requestApproval)
      .when(Condition.and(is('PURGED'), holds('$.certified')), alreadyPurged)
      .when(is('PURGED'), issueCertificate)
      .otherwise(unknownState);

    Chain.start(deregister)
      .next(recordPendingDeactivation)
      .next(waitOutGracePeriod)
      .next(verifyDeactivation)
      .next(deactivationGate)
      .next(deactivate)
      .next(recordDeactivated)
      .next(planArchive)
      .next(packShards)
      .next(sealArchive)
      .next(evictHotData)
      .next(recordArchived)
      .next(locate)
      .next(standing);
    requestApproval.next(isApproved);
    purgeGate.next(purge).next(recordPurged).next(issueCertificate).next(purged);

    this.stateMachine = new StateMachine(this, 'StateMachine', {
      definitionBody: DefinitionBody.fromChainable(Chain.start(locate)),
      stateMachineType: StateMachineType.STANDARD,
      comment: 'Takes one knowledge plane out of service. Input: {planeId, offboardingId, request}',
      // Ends before AWS would, at one year: the longest grace period (180 days), the drain and the approval fit in.
      timeout: Duration.days(364),
      tracingEnabled: true,
      logs: {
        // Under /aws/vendedlogs/ a log group takes no room in the account's log resource policy, which is limited to 5,120 characters.
        destination: new ProductLogGroup(this, 'Log', {
          config,
          logGroupName: `/aws/vendedlogs/states/${Names.uniqueResourceName(this, { maxLength: 80 })}`,
        }),
        level: LogLevel.ALL,
        includeExecutionData: false, // reasons and callers' identities
      },
    });
    vault.grantReadShards(this.stateMachine);
    purgeSchedule.start(this.stateMachine);
    // Its role, and beside it the policy that CDK makes for a distributed map.
    acknowledge(this.stateMachine, import.meta.filename, {
      ...INLINE_POLICY,
      'AwsSolutions-IAM5[Resource::*]':
        'X-Ray knows no resources for traces, nor the delivery of logs for what it sets up',
      [patternFinding(this, this.executionsArn())]: EXECUTIONS,
      [patternFinding(this, this.executionsArn(`/${MAP_LABEL}`))]: EXECUTIONS,
    });
  }

  /** Starts executions, looks at them and stops them. */
  grantStart(fn: ProductFunction): void {
    this.stateMachine.grantStartExecution(fn);
    this.stateMachine.grantExecution(fn, 'states:DescribeExecution', 'states:StopExecution');
    acknowledgePatterns(fn, import.meta.filename, {
      resources: [this.executionsArn()],
      reason: EXECUTIONS,
    });
    fn.setEnvironment('STATE_MACHINE_ARN', this.stateMachine.stateMachineArn);
  }

  /** Answers steps that wait for their task token. */
  grantAnswer(fn: ProductFunction): void {
    this.stateMachine.grant(fn, 'states:SendTaskSuccess');
  }

  /** Its executions, or those of the children of one of its maps. */
  private executionsArn(mapLabel = ''): string {
    const { stateMachineArn } = this.stateMachine;
    const name = Arn.split(stateMachineArn, ArnFormat.COLON_RESOURCE_NAME).resourceName;
    return Stack.of(this).formatArn({
      service: 'states',
      resource: 'execution',
      resourceName: `${name}${mapLabel}:*`,
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    });
  }
}

function is(state: LifecycleState): Condition {
  return Condition.stringEquals('$.lifecycleState', state);
}

function holds(path: string): Condition {
  return Condition.booleanEquals(path, true);
}
