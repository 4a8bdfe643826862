import { Annotations } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { Hearer, OffboardingConfig } from './config.ts';

type Heard = Pick<
  OffboardingConfig,
  'alarmTopicArn' | 'approval' | 'heardElsewhere' | 'requiredApprovals'
>;

/**
 * Says at each synthesis who hears of nothing, where a purge takes more than one person and so is meant. A warning and no error:
 * who subscribes outside this app needs the topics, which are there only after the first deployment, so an error could only be
 * silenced by a promise. The warning stays until somebody says in the config that it is kept.
 */
export function warnUnheard(scope: Construct, config: Heard): void {
  if (config.requiredApprovals < 2) return;
  for (const hearer of unheard(config))
    Annotations.of(scope).addWarningV2(`offboarding:${hearer}-unheard`, WARNINGS[hearer]);
}

const WARNINGS: Readonly<Record<Hearer, string>> = {
  approvers: warning(
    'nobody is told that a purge waits for approval',
    'approval.approverEmails',
    'approvers',
  ),
  escalation: warning(
    'nobody is told that the approvers do not decide',
    'approval.escalationEmails',
    'escalation',
  ),
  alarms: warning('nobody is told of an alarm', 'alarmTopicArn', 'alarms'),
};

function warning(what: string, field: string, hearer: Hearer): string {
  return `${what}: set ${field} in infra/config.ts, or name '${hearer}' in heardElsewhere once somebody hears otherwise`;
}

function unheard({ approval, alarmTopicArn, heardElsewhere = [] }: Heard): readonly Hearer[] {
  const { approverEmails = [], escalationEmails = [] } = approval;
  const hears: Readonly<Record<Hearer, boolean>> = {
    approvers: approverEmails.length > 0,
    escalation: escalationEmails.length > 0,
    alarms: alarmTopicArn !== undefined,
  };
  return (['approvers', 'escalation', 'alarms'] as const).filter(
    (hearer) => !hears[hearer] && !heardElsewhere.includes(hearer),
  );
}
