import type { Template, TemplateResource } from '../template.ts';

/** The last word of a resource's name, by type. */
const NOUNS: Readonly<Record<string, string>> = {
  'AWS::DynamoDB::GlobalTable': 'table',
  'AWS::DynamoDB::Table': 'table',
  'AWS::Events::EventBus': 'event bus',
  'AWS::Events::Rule': 'rule',
  'AWS::IAM::Role': 'role',
  'AWS::KMS::Key': 'key',
  'AWS::Lambda::Alias': 'alias',
  'AWS::Lambda::Function': 'function',
  'AWS::Logs::LogGroup': 'log',
  'AWS::S3::Bucket': 'bucket',
  'AWS::SNS::Topic': 'topic',
  'AWS::SQS::Queue': 'queue',
  'AWS::Scheduler::ScheduleGroup': 'group',
  'AWS::StepFunctions::StateMachine': 'state machine',
};
/** What constructs are called that hold nothing but the resource. */
const BOILERPLATE = /^(Resource|Default|Table|Bucket|Function|Role|StateMachine|Topic|Queue)$/;
// Shorter names (`v1`) stand for themselves elsewhere.
const SHORTEST_NAME = 16;

/** `Ledger table`, `Vault bucket`, `purge function`: after its construct, the same in every environment. */
export function resourceName({ path, logicalId, type }: TemplateResource): string {
  const noun = NOUNS[type] ?? 'resource';
  const words = path
    .split('/')
    // The stack and, in it, the product.
    .filter((segment, index) => index > (path === logicalId ? -1 : 0) && segment !== 'Offboarding')
    .filter((segment) => !BOILERPLATE.test(segment))
    .map((segment) => segment.replace(/-function$/, '').replaceAll(/([a-z])([A-Z])/g, '$1 $2'));
  const name = words.map((word, index) => (index === 0 ? word : word.toLowerCase())).join(' ');
  return name.toLowerCase().endsWith(noun) ? name : `${name} ${noun}`.trim();
}

/** An alias is named in its function only. */
function textsOf({ type, arn, name, ref }: TemplateResource) {
  return type === 'AWS::Lambda::Alias' ? [ref] : [arn, name, ref];
}

/** Reads ARNs and patterns of ARNs back: the names above in the place of this deployment's own. */
export function readableArns(template: Template): (pattern: string) => string {
  const names = [...template.resources.values()]
    .filter(({ type }) => NOUNS[type] !== undefined)
    .flatMap((resource) =>
      textsOf(resource)
        .filter((text) => text !== undefined && text.length >= SHORTEST_NAME)
        .map((text) => [`${text}`, resourceName(resource)] as const),
    )
    // An ARN before the name within it, and before the ARN that it begins with.
    .sort(([one], [other]) => other.length - one.length);
  return (pattern) => {
    const named = names.reduce(
      (text, [physical, name]) => text.replaceAll(physical, name),
      pattern,
    );
    return named.replace(/^arn:aws:([\w-]+):[\w-]*:\d*:/, '$1:');
  };
}
