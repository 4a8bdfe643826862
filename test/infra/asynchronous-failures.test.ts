import { describe, expect, it } from 'vitest';
import { resourcesOf } from '../support/assembly.ts';

const STACK = 'Offboarding-prod';
const FUNCTION_ARN = /"Fn::GetAtt":\["(\w+)","Arn"\]/g;
const functions = new Set(resourcesOf(STACK, 'AWS::Lambda::Function').map(([id]) => id));

interface Environment {
  readonly Variables: Readonly<Record<string, unknown>>;
}

interface InvokeConfig {
  readonly FunctionName: { readonly Ref: string };
  readonly DestinationConfig: { readonly OnFailure: { readonly Destination: unknown } };
}

/** The functions that a text of the template names by their ARN. */
function functionsIn(value: unknown): readonly string[] {
  const ids = [...JSON.stringify(value ?? null).matchAll(FUNCTION_ARN)].map(([, id = '']) => id);
  return ids.filter((id) => functions.has(id));
}

describe('what nobody waits for', () => {
  const invoked = new Set([
    ...resourcesOf(STACK, 'AWS::Events::Rule').flatMap(([, { Properties }]) =>
      functionsIn(Properties.Targets),
    ),
    ...resourcesOf(STACK, 'AWS::Scheduler::Schedule').flatMap(([, { Properties }]) =>
      functionsIn(Properties.Target),
    ),
    // Made while the product runs, for each purge.
    ...resourcesOf(STACK, 'AWS::Lambda::Function').flatMap(([, { Properties }]) =>
      functionsIn(
        (Properties.Environment as Environment | undefined)?.Variables
          .FINAL_CERTIFICATE_FUNCTION_ARN,
      ),
    ),
  ]);
  const kept = resourcesOf(STACK, 'AWS::Lambda::EventInvokeConfig').map(
    ([, { Properties }]) => Properties as unknown as InvokeConfig,
  );

  it('is the checkpoint and the final certificate', () => {
    const names = [...invoked].map((id) => id.replace(/^Offboarding|function\w*$/gi, ''));
    expect(names.toSorted()).toEqual(['certificatefinal', 'checkpoint']);
  });

  it('keeps in a queue with an alarm what it failed at', () => {
    const queues = new Set(
      kept.map(({ DestinationConfig }) => JSON.stringify(DestinationConfig.OnFailure.Destination)),
    );
    expect(new Set(kept.map(({ FunctionName }) => FunctionName.Ref))).toEqual(invoked);
    expect(queues.size).toBe(1);
    const [, queue = ''] = [...queues][0]?.match(/"Fn::GetAtt":\["(\w+)","Arn"\]/) ?? [];
    const alarms = resourcesOf(STACK, 'AWS::CloudWatch::Alarm').filter(([, { Properties }]) =>
      JSON.stringify(Properties.Dimensions ?? []).includes(queue),
    );
    expect(resourcesOf(STACK, 'AWS::SQS::Queue').map(([id]) => id)).toContain(queue);
    expect(alarms).toHaveLength(1);
  });
});
