import { Construct } from 'constructs';
import { DETAIL_TYPES } from '../lambdas/core/ledger-event.ts';
import { AccessLogs } from './access-logs.ts';
import { Alarms } from './alarms.ts';
import { Api } from './api.ts';
import { createApiFunctions } from './api-functions.ts';
import type { Capabilities } from './capabilities.ts';
import type { OffboardingConfig } from './config.ts';
import { Decisions } from './decisions.ts';
import { Events } from './events.ts';
import { Evidence } from './evidence.ts';
import { createEvidenceFunctions } from './evidence-functions.ts';
import { EvidenceSchedules } from './evidence-schedules.ts';
import { Ledger } from './ledger.ts';
import { noteUnheard } from './note-unheard.ts';
import { Notifications } from './notifications.ts';
import { OffboardingWorkflow } from './offboarding-workflow.ts';
import { putOut } from './outputs.ts';
import { PlaneResources } from './plane-resources.ts';
import { PolicyGate } from './policy-gate.ts';
import { PurgeSchedule } from './purge-schedule.ts';
import { Recorder } from './recorder.ts';
import { Registry } from './registry.ts';
import { Usage } from './usage.ts';
import { Vault } from './vault.ts';
import { createWorkflowFunctions } from './workflow-functions.ts';

/**
 * The whole product, in the order in which its parts need each other. Put it into a stack of your own, or deploy
 * `OffboardingStack`. A stack takes one of them, and its outputs are the stack's.
 */
export class Offboarding extends Construct {
  /** Where the API is: `https://…/v1`, without a slash at its end. Whoever calls it needs `execute-api:Invoke`. */
  readonly apiUrl: string;

  constructor(scope: Construct, id: string, config: OffboardingConfig) {
    super(scope, id);
    const { removalPolicy, archiveStorageClass } = config;

    // What is known about planes: the ledger is the truth, the registry lists, usage and decisions come and go.
    const ledger = new Ledger(this, 'Ledger');
    const registry = new Registry(this, 'Registry', { removalPolicy });
    const usage = new Usage(this, 'Usage', { removalPolicy });
    const decisions = new Decisions(this, 'Decisions', { removalPolicy });

    // Where planes live, where they go, and what stays of them.
    const planes = new PlaneResources(this, 'PlaneResources', config.planeResources);
    const accessLogs = new AccessLogs(this, 'AccessLogs', { config });
    const vault = new Vault(this, 'Vault', { accessLogs, archiveStorageClass, removalPolicy });
    const evidence = new Evidence(this, 'Evidence', {
      accessLogs,
      evidenceLockDays: config.evidenceLockDays,
    });

    // Who does it: the recorder alone writes the ledger, the policy gate alone decides, the others ask them.
    const purgeSchedule = new PurgeSchedule(this, 'PurgeSchedule', { removalPolicy });
    const recorder = new Recorder(this, { config, ledger, registry });
    const policyGate = new PolicyGate(this, { config, ledger, usage, recorder });
    const capabilities: Capabilities = {
      config,
      ledger,
      registry,
      usage,
      decisions,
      planes,
      vault,
      evidence,
      purgeSchedule,
      recorder,
      policyGate,
    };
    const workflowFunctions = createWorkflowFunctions(this, capabilities);
    const workflow = new OffboardingWorkflow(this, 'Workflow', {
      config,
      functions: workflowFunctions,
      vault,
      purgeSchedule,
    });

    // Who proves it.
    const evidenceSchedules = new EvidenceSchedules(this, 'EvidenceSchedules', { removalPolicy });
    const evidenceFunctions = createEvidenceFunctions(this, capabilities, {
      evidenceSchedules,
      certificate: workflowFunctions.certificate,
    });

    // Who hears of it.
    const events = new Events(this, 'Events', { config, ledger });
    // A purge is checkpointed with the certificate that it ends in, and again with the final one.
    events.invoke('Checkpoint', evidenceFunctions.checkpoint, {
      detailType: [DETAIL_TYPES.CERTIFIED],
    });

    // Who asks for it.
    const apiFunctions = createApiFunctions(this, capabilities, workflow);
    const api = new Api(this, 'Api', { config, functions: apiFunctions });
    this.apiUrl = api.url;
    const notifications = new Notifications(this, 'Notifications', {
      config,
      events,
      apiUrl: api.url,
    });

    // Who notices when it goes wrong.
    new Alarms(this, 'Alarms', {
      config,
      workflow,
      recorder,
      requestApproval: workflowFunctions.requestApproval,
      purgeSchedule,
      evidenceSchedules,
      evidenceFunctions,
      events,
      restApi: api.restApi,
    });

    noteUnheard(this, config);

    putOut(this, {
      ApiUrl: { value: api.url, description: 'Where the API is, without a slash at its end' },
      StateMachineArn: {
        value: workflow.stateMachine.stateMachineArn,
        description: 'The workflow of all offboardings',
      },
      EventBusName: {
        value: events.busName,
        description: 'Has each entry of the ledger as an event',
      },
      ApproversTopicArn: {
        value: notifications.approversTopicArn,
        description: 'What approvers subscribe to',
      },
      EscalationTopicArn: {
        value: notifications.escalationTopicArn,
        description: 'What those subscribe to who can make approvers decide',
      },
      LedgerTable: { value: ledger.tableName, description: 'What `npm run restore` reads' },
      VaultBucket: { value: vault.bucketName, description: 'Where the archives are' },
      EvidenceBucket: {
        value: evidence.bucketName,
        description: 'Where auditors download the checkpoints',
      },
      SigningKeyArn: {
        value: evidence.signingKeyArn,
        description:
          'Signs certificates and checkpoints: note the thumbprint of its public key, and give that to auditors',
      },
      UndeliveredPurgesQueueUrl: {
        value: purgeSchedule.undeliveredQueueUrl,
        description: 'Purges that were due and not started (PurgeNotStarted)',
      },
      UndeliveredEvidenceQueueUrl: {
        value: evidenceSchedules.undeliveredQueueUrl,
        description:
          'Checkpoints and certificates that were due and not issued (EvidenceNotIssued)',
      },
      UndeliveredEventsQueueUrl: {
        value: events.undeliveredQueueUrl,
        description: 'Events that were given up (EventsUndelivered)',
      },
    });
  }
}
