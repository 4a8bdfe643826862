import { LOCAL_REGION } from './aws-service.ts';
import type { Cloud } from './cloud.ts';
import { CLOCK_PATH } from './control-api.ts';
import type { SamplePlane } from './demo/sample-plane.ts';

/** Lines to copy into a POSIX shell, one for each step of an offboarding. */
export function instructions(cloud: Cloud, plane: SamplePlane): string {
  const clockUrl = new URL(CLOCK_PATH, cloud.apiUrl).href;
  const call = (identity: string, method: string, path: string, body?: object) =>
    [
      `curl -sS --aws-sigv4 aws:amz:${LOCAL_REGION}:execute-api --user ${identity}:local`,
      `-X ${method} "$API${path}"`,
      ...(body ? [`-H 'content-type: application/json' -d '${JSON.stringify(body)}'`] : []),
    ].join(' ');
  const field = (name: string, command: string) =>
    `$(${command} | sed 's/.*"${name}":"\\([^"]*\\)".*/\\1/')`;
  const advance = (days: number) => `curl -sS -X POST ${clockUrl} -d '{"advanceDays": ${days}}'`;
  const question = JSON.stringify({
    plane: plane.partition,
    token: plane.token,
    question: 'purge',
  });
  const ask =
    `curl -sS --aws-sigv4 aws:amz:${LOCAL_REGION}:lambda --user tenant:local -X POST ` +
    `${cloud.endpointUrl}/2015-03-31/functions/${plane.functionName}/invocations -d '${question}'`;
  const steps: readonly (readonly [title: string, command: string])[] = [
    ['Where the API is', `API=${cloud.apiUrl}`],
    [
      'Register the sample plane',
      `PLANE=${field('planeId', call('operator', 'POST', '/planes', plane.registration))}; echo "$PLANE"`,
    ],
    [
      'Offboard it',
      call('operator', 'POST', '/planes/$PLANE/offboarding', { reason: 'contract ended' }),
    ],
    ['How it stands', call('operator', 'GET', '/planes/$PLANE/offboarding')],
    ['Let the grace period pass', advance(7)],
    [
      'Or take it back while the grace period runs (then there is nothing to approve)',
      `# ${call('operator', 'DELETE', '/planes/$PLANE/offboarding')}`,
    ],
    [
      'Read the archive back (3: S3 is not ready yet; let a day pass and call it again)',
      `AWS_ENDPOINT_URL=${cloud.endpointUrl} AWS_REGION=${LOCAL_REGION} AWS_ACCESS_KEY_ID=operator ` +
        `AWS_SECRET_ACCESS_KEY=local LEDGER_TABLE=${cloud.physicalName('AWS::DynamoDB::', 'Ledger')} ` +
        'npm run restore -- --plane "$PLANE" --all --no-wait; ' +
        `# ${advance(1)}`,
    ],
    ['Let the retention pass', advance(366)],
    ['What an approver is asked', call('approver', 'GET', '/planes/$PLANE/approval')],
    [
      'Approve, as somebody else than who asked',
      `HASH=${field('scopeHash', call('approver', 'GET', '/planes/$PLANE/approval'))}; ` +
        `${call('approver', 'POST', '/planes/$PLANE/approval')} -H 'content-type: application/json' ` +
        `-d '{"decision":"approve","reason":"retention is over","scopeHash":"'"$HASH"'"}'`,
    ],
    ['The audit trail', call('auditor', 'GET', '/planes/$PLANE/ledger')],
    ['The certificate', call('auditor', 'GET', '/planes/$PLANE/certificate')],
    ['The time, and what is waited for', `curl -sS ${clockUrl}`],
    ['Ask the plane, as its tenant', ask],
    [
      'Look into tables and buckets with the AWS CLI',
      `export AWS_ENDPOINT_URL=${cloud.endpointUrl} AWS_DEFAULT_REGION=${LOCAL_REGION} ` +
        'AWS_ACCESS_KEY_ID=auditor AWS_SECRET_ACCESS_KEY=local; ' +
        `aws s3 ls s3://${cloud.physicalName('AWS::S3::Bucket', 'Vault/Bucket/Resource')} --recursive; ` +
        `aws dynamodb scan --table-name ${cloud.physicalName('AWS::DynamoDB::', 'Ledger')}`,
    ],
  ];
  return [
    '',
    `API               ${cloud.apiUrl}`,
    `AWS_ENDPOINT_URL  ${cloud.endpointUrl}  (S3, DynamoDB, KMS, Lambda, Step Functions, Scheduler, EventBridge, SNS)`,
    'The access key is the identity: key "approver" signs as user/approver. Any secret will do.',
    `The clock is real until you move it. ${plane.documentCount} documents wait in a sample plane.`,
    '',
    ...steps.flatMap(([title, command]) => [`# ${title}`, command, '']),
    'Logs of the Lambdas follow on standard error. Ctrl-C ends it.',
    '',
  ].join('\n');
}
