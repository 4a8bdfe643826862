import { createHash, randomBytes } from 'node:crypto';
import { readAccessKey } from './access-key.ts';
import { AccessDenied, type Caller, LOCAL_ACCOUNT, LOCAL_REGION } from './aws-service.ts';
import { type AuthorisationRequest, decide, type Principal } from './iam/decision.ts';
import { createUsedGrants, type Grant } from './iam/grants.ts';
import { parseIdentityPolicy, type Statement } from './iam/policy.ts';
import { type RequestContext, requestContext } from './iam/request-context.ts';
import { readResourcePolicies } from './iam/resource-policies.ts';
import { readRoles } from './iam/role-policies.ts';
import { matchesArn } from './iam/wildcard.ts';
import type { Template } from './template.ts';

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** Who is who, and what the deployed policies let them do. */
export interface Iam {
  /** @param role ARN or logical id. @throws Error for a role that is neither in the template nor added */
  callerForRole(role: string): Caller;
  /**
   * The role the key was issued for, otherwise a person: `user/<accessKeyId>`, or for `<role>@<session>` whoever has assumed
   * that role. They are administrators, who may do all that no resource policy denies.
   */
  callerForAccessKey(accessKeyId: string): Caller;
  /** An AWS service that acts for itself. @param sourceArn the resource it acts for; absent where the service does not say */
  callerForService(principal: string, sourceArn?: string): Caller;
  /** The same access key for the same role, every time. @throws Error as `callerForRole` */
  issueCredentials(role: string): Credentials;
  /** What has allowed the calls so far, of all that the template's roles may do. */
  usedGrants(): readonly Grant[];
  /** A role that the template does not have: that of a plane's own query endpoint. */
  addRole(roleArn: string, policyDocuments: readonly unknown[]): void;
}

interface Identity {
  readonly accessKeyId: string;
  readonly principal: Principal;
  readonly statements: readonly Statement[];
  readonly context: Readonly<Record<string, string | readonly string[]>>;
}

const ADMINISTRATOR = parseIdentityPolicy('AdministratorAccess', {
  Statement: { Effect: 'Allow', Action: '*', Resource: '*' },
});

/** Condition keys that have the same value in every call. Empty: no request here has them. */
const GLOBAL_CONTEXT = {
  // Loopback stands in for TLS.
  'aws:SecureTransport': 'true',
  's3:TlsVersion': '1.3',
  'aws:RequestedRegion': LOCAL_REGION,
  'aws:ResourceAccount': LOCAL_ACCOUNT,
  'aws:SourceIp': '127.0.0.1',
  'aws:SourceVpc': [],
  'aws:SourceVpce': [],
  'aws:PrincipalOrgID': [],
  'aws:ViaAWSService': 'false',
  'aws:CalledVia': [],
  'aws:MultiFactorAuthPresent': [],
} as const;

/**
 * Evaluates the template's roles and resource policies as one account would. What cannot be evaluated never allows: an
 * Allow with an unknown condition does not apply, a Deny with one does.
 * @throws Error naming a policy that has an element which is not evaluated here
 */
export function createIam(template: Template): Iam {
  const resourcePolicies = readResourcePolicies(template);
  const roles = new Map<string, readonly Statement[]>();
  const arnOf = new Map<string, string>();
  const logicalIdOf = new Map<string, string>();
  const usedGrants = createUsedGrants();
  for (const { arn, logicalId, statements } of readRoles(template)) {
    roles.set(arn, statements);
    arnOf.set(logicalId, arn);
    logicalIdOf.set(arn, logicalId);
  }
  const roleOfKey = new Map<string, { arn: string; secretAccessKey: string }>();

  const toCaller = ({ accessKeyId, principal, statements, context }: Identity): Caller => {
    // One request may ask for a thousand keys, in the same context.
    let known: RequestContext | undefined;
    return {
      accessKeyId,
      arn: principal.name,
      authorise(action, resource, extraContext) {
        known ??= requestContext(GLOBAL_CONTEXT, context);
        const request: AuthorisationRequest = {
          principal,
          action,
          resource,
          context: extraContext ? requestContext(GLOBAL_CONTEXT, context, extraContext) : known,
        };
        const { refusal, allowedBy } = decide(request, {
          identity: statements,
          resource: resourcePolicies
            .filter(({ governs }) => governs.some((pattern) => matchesArn(pattern, resource)))
            .flatMap((policy) => policy.statements),
        });
        if (refusal) throw new AccessDenied(principal.name, action, resource, refusal);
        const role = logicalIdOf.get(principal.name);
        if (role !== undefined) usedGrants.note(role, allowedBy, request);
      },
    };
  };

  const issue = (role: string): Credentials => {
    const arn = arnOf.get(role) ?? role;
    if (!roles.has(arn)) throw new Error(`there is no role ${role}`);
    const accessKeyId = `ASIA${digest(arn).slice(0, 16)}`;
    const known = roleOfKey.get(accessKeyId);
    const secretAccessKey = known?.secretAccessKey ?? randomBytes(30).toString('base64');
    roleOfKey.set(accessKeyId, { arn, secretAccessKey });
    return { accessKeyId, secretAccessKey };
  };

  const callerForAccessKey = (accessKeyId: string): Caller => {
    const arn = roleOfKey.get(accessKeyId)?.arn;
    return toCaller(
      arn === undefined
        ? person(accessKeyId)
        : {
            accessKeyId,
            principal: { kind: 'AWS', name: arn },
            statements: roles.get(arn) ?? [],
            context: { ...principalContext(arn, 'AssumedRole'), 'aws:username': [] },
          },
    );
  };

  return {
    callerForRole: (role) => callerForAccessKey(issue(role).accessKeyId),
    callerForAccessKey,
    callerForService: (principal, sourceArn) =>
      toCaller({
        accessKeyId: principal,
        principal: { kind: 'Service', name: principal },
        statements: [],
        context: {
          'aws:PrincipalIsAWSService': 'true',
          'aws:PrincipalServiceName': principal,
          'aws:SourceArn': sourceArn ?? [],
          'aws:SourceAccount': sourceArn === undefined ? [] : LOCAL_ACCOUNT,
          'aws:PrincipalArn': [],
          'aws:PrincipalAccount': [],
        },
      }),
    issueCredentials: issue,
    usedGrants: usedGrants.read,
    addRole(roleArn, policyDocuments) {
      roles.set(
        roleArn,
        policyDocuments.flatMap((document) => parseIdentityPolicy(roleArn, document)),
      );
    },
  };
}

function person(accessKeyId: string): Identity {
  const { name, session } = readAccessKey(accessKeyId);
  const isUser = session === undefined;
  const arn = `arn:aws:iam::${LOCAL_ACCOUNT}:${isUser ? 'user' : 'role'}/${name}`;
  return {
    accessKeyId,
    principal: { kind: 'AWS', name: arn },
    statements: ADMINISTRATOR,
    context: isUser
      ? { ...principalContext(arn, 'User'), 'aws:username': name }
      : { ...principalContext(arn, 'AssumedRole'), 'aws:username': [] },
  };
}

function principalContext(arn: string, type: string): Identity['context'] {
  return {
    'aws:PrincipalArn': arn,
    'aws:PrincipalAccount': LOCAL_ACCOUNT,
    'aws:PrincipalType': type,
    'aws:PrincipalIsAWSService': 'false',
    'aws:SourceArn': [],
    'aws:SourceAccount': [],
  };
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').toUpperCase();
}
