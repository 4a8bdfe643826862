import { randomUUID } from 'node:crypto';
import { AccessDenied, type AwsService, type Caller } from './aws-service.ts';
import { readText } from './json-wire.ts';
import type { TemplateResource } from './template.ts';

/** https://docs.aws.amazon.com/sns/latest/api/API_Publish.html */
const MESSAGE_BYTES_MAX = 256 * 1024;

export interface TopicMessage {
  readonly messageId: string;
  readonly subject?: string;
  readonly message: string;
  /** Virtual time. */
  readonly at: Date;
}

export interface Sns extends AwsService {
  createTopic(resource: TemplateResource): void;
  /**
   * What PublishCommand does, for services that publish by themselves.
   * @throws AccessDenied
   * @throws QueryError
   */
  publish(publication: Publication, caller: Caller): TopicMessage;
  /** What was published to a topic, oldest first. Nobody is subscribed here: it is kept to be read. */
  messages(topicArn: string): readonly TopicMessage[];
}

export interface Publication {
  readonly topicArn: string;
  readonly message: string;
  readonly subject?: string;
}

class QueryError extends Error {
  override readonly name: string;
  readonly status: number;

  constructor(name: string, message: string, status = 400) {
    super(message);
    this.name = name;
    this.status = status;
  }
}

interface Topic {
  readonly keyArn: string | undefined;
  readonly messages: TopicMessage[];
}

/** SNS of the embedded cloud (AWS query protocol): topics that keep what is published to them. */
export function createSns(now: () => Date): Sns {
  const topics = new Map<string, Topic>();

  function find(arn: string): Topic {
    const topic = topics.get(arn);
    if (!topic) throw new QueryError('NotFound', `Topic does not exist: ${arn}`, 404);
    return topic;
  }

  const publish: Sns['publish'] = ({ topicArn, message, subject }, caller) => {
    caller.authorise('sns:Publish', topicArn);
    const { keyArn, messages } = find(topicArn);
    // Who publishes to an encrypted topic uses its key: https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
    if (keyArn !== undefined)
      for (const action of ['kms:GenerateDataKey', 'kms:Decrypt']) caller.authorise(action, keyArn);
    if (message === '' || Buffer.byteLength(message) > MESSAGE_BYTES_MAX)
      throw new QueryError('InvalidParameter', 'Invalid parameter: Message is empty or too long');
    const published = {
      messageId: randomUUID(),
      message,
      at: now(),
      ...(subject !== undefined && { subject }),
    };
    messages.push(published);
    return published;
  };

  return {
    signingName: 'sns',
    async handle(request, response, caller) {
      const send = (status: number, xml: string) => {
        response.writeHead(status, { 'content-type': 'text/xml' });
        response.end(xml);
      };
      try {
        const form = new URLSearchParams(await readText(request));
        const action = form.get('Action');
        if (action !== 'Publish')
          throw new QueryError('InvalidAction', `SNS here has no ${action}`);
        const subject = form.get('Subject');
        const { messageId } = publish(
          {
            topicArn: form.get('TopicArn') ?? '',
            message: form.get('Message') ?? '',
            ...(subject !== null && { subject }),
          },
          caller,
        );
        send(
          200,
          `<PublishResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><PublishResult><MessageId>${messageId}</MessageId></PublishResult></PublishResponse>`,
        );
      } catch (error) {
        const { name, message, status } = asQueryError(error);
        const text = message.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
        send(
          status,
          `<ErrorResponse><Error><Type>Sender</Type><Code>${name}</Code><Message>${text}</Message></Error></ErrorResponse>`,
        );
      }
    },
    createTopic({ ref, properties }) {
      const { KmsMasterKeyId: keyArn } = properties;
      topics.set(ref, {
        keyArn: typeof keyArn === 'string' && keyArn.startsWith('arn:') ? keyArn : undefined,
        messages: [],
      });
    },
    publish,
    messages: (arn) => find(arn).messages,
    close: async () => {},
  };
}

function asQueryError(error: unknown): QueryError {
  if (error instanceof QueryError) return error;
  if (error instanceof AccessDenied)
    return new QueryError('AuthorizationError', error.message, 403);
  throw error;
}
