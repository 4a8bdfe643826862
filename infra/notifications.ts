import type { RemovalPolicy } from 'aws-cdk-lib';
import { EventField } from 'aws-cdk-lib/aws-events';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';
import { DETAIL_TYPES } from '../lambdas/core/ledger-event.ts';
import type { OffboardingConfig } from './config.ts';
import type { Events } from './events.ts';

export interface NotificationsProps {
  readonly config: OffboardingConfig;
  readonly events: Events;
  /** Without a slash at its end. */
  readonly apiUrl: string;
}

/**
 * Tells people that a purge waits for them, by events of the ledger and in words: which plane, until when, and where to decide. No
 * reason, no scope and no token goes into a mail.
 */
export class Notifications extends Construct {
  readonly approversTopicArn: string;
  readonly escalationTopicArn: string;

  constructor(scope: Construct, id: string, { config, events, apiUrl }: NotificationsProps) {
    super(scope, id);
    const { approverEmails = [], escalationEmails = [] } = config.approval;
    const key = topicKey(this, config.removalPolicy);
    const topic = (name: string, emails: readonly string[]): Topic => {
      const created = new Topic(this, name, { masterKey: key, enforceSSL: true });
      for (const email of emails) created.addSubscription(new EmailSubscription(email));
      return created;
    };
    const approvers = topic('Approvers', approverEmails);
    const escalation = topic('Escalation', escalationEmails);
    this.approversTopicArn = approvers.topicArn;
    this.escalationTopicArn = escalation.topicArn;

    const plane = EventField.fromPath('$.detail.planeId');
    const expiry = EventField.fromPath('$.detail.data.expiresAt');
    const decide = `Until ${expiry}. What would be destroyed, and where to decide: ${apiUrl}/planes/${plane}/approval`;
    const reminded = (...levels: string[]) => ({
      detailType: [DETAIL_TYPES.APPROVAL_REMINDED],
      ...(levels.length > 0 && { detail: { data: { level: levels } } }),
    });
    events.tell('ApprovalRequested', approvers, {
      pattern: { detailType: [DETAIL_TYPES.APPROVAL_REQUESTED] },
      text: `The purge of knowledge plane ${plane} waits for approval. ${decide}`,
    });
    events.tell('ApproversReminded', approvers, {
      pattern: reminded(),
      text: `The purge of knowledge plane ${plane} still waits for approval. ${decide}`,
    });
    events.tell('ApprovalEscalated', escalation, {
      pattern: reminded('escalation'),
      text: `Nobody has decided about the purge of knowledge plane ${plane}, and it will halt. ${decide}`,
    });
  }
}

/**
 * EventBridge publishes to encrypted topics only with a key that lets it in, which the one of SNS does not. Neither the key nor the
 * topics can ask for which rule: docs/decisions/0014-topics-trust-eventbridge-unconditionally.md.
 */
function topicKey(scope: Construct, removalPolicy: RemovalPolicy): Key {
  const key = new Key(scope, 'Key', {
    description: 'Encrypts what approvers are told',
    enableKeyRotation: true,
    removalPolicy,
  });
  // https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html#compatibility-with-aws-services
  key.addToResourcePolicy(
    new PolicyStatement({
      sid: 'EventsReachTheTopics',
      principals: [new ServicePrincipal('events.amazonaws.com')],
      actions: ['kms:GenerateDataKey*', 'kms:Decrypt'],
      resources: ['*'],
    }),
  );
  return key;
}
