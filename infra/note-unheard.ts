import { Annotations } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { Hearer, OffboardingConfig } from './config.ts';

type Heard = Pick<
  OffboardingConfig,
  'alarmTopicArn' | 'approval' | 'heardElsewhere' | 'requiredApprovals'
>;

/**
 * Says at each synthesis who hears of nothing, where a purge takes more than one person and so is meant. Neither an error nor a
 * warning, on which a strict synthesis fails: who subscribes outside this app needs the topics, which are there only after the
 * first deployment. The notice stays until somebody says in the config that people hear by other means.
 */
export function noteUnheard(scope: Construct, config: Heard): void {
  if (config.requiredApprovals < 2) return;
  for (const hearer of unheard(config))
    Annotations.of(scope).addInfoV2(`offboarding:${hearer}-unheard`, NOTICES[hearer]);
}

const NOTICES: Readonly<Record<Hearer, string>> = {
  approvers: notice(
    'nobody is told that a purge waits for approval',
    'approval.approverEmails',
    'approvers',
  ),
  escalation: notice(
    'nobody is told that the approvers do not decide',
    'approval.escalationEmails',
    'escalation',
  ),
  alarms: notice('nobody is told of an alarm', 'alarmTopicArn', 'alarms'),
};

function notice(what: string, field: string, hearer: Hearer): string {
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
