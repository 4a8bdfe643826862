import { apiClient } from '../signed-api.ts';
import type { Document } from './documents.ts';
import { showCertificate, verifyLedger, verifyOffline } from './evidence.ts';
import { holdAgainstPurge } from './legal-hold.ts';
import { findRemains } from './remains.ts';
import { createSamplePlane, type SamplePlane } from './sample-plane.ts';
import type { Stage } from './stage.ts';

const RETENTION_DAYS = 365;
/** Of what this environment keeps by itself the history of the executions stays longest, for 91 days. */
const DAYS_UNTIL_NOTHING_REMAINS = 92;
/** The plane that is cancelled needs to answer questions, not to be large. */
const SMALL_PLANE_DOCUMENTS = 12;

/** The whole life of one plane, and the narrow escape of another. Every claim is a check of `report`. */
export async function tellStory(stage: Stage, documents: readonly Document[]): Promise<void> {
  const { cloud, report } = stage;
  const operator = apiClient(cloud.apiUrl, 'operator');
  const approver = apiClient(cloud.apiUrl, 'approver');

  report.act('A knowledge plane, made of real documents');
  const plane = await createSamplePlane(cloud, {
    name: 'handbook',
    tenantId: 'tenant-a',
    documents,
  });
  const small = await createSamplePlane(cloud, {
    name: 'faq',
    tenantId: 'tenant-b',
    documents: documents.slice(0, SMALL_PLANE_DOCUMENTS),
  });
  report.say(
    `handbook: ${plane.documentCount} documents (${plane.documentBytes} bytes) in S3, ` +
      `${plane.chunkCount} chunks with embeddings and ${plane.tokenCount} access tokens in DynamoDB`,
  );
  await checkAnswers(stage, 'handbook', plane);

  report.act('Registered, and offboarded through the API');
  const planeId = await register(stage, plane, 'handbook');
  const smallId = await register(stage, small, 'faq');
  const start = { reason: 'contract ended', retentionDays: RETENTION_DAYS };
  for (const [name, id] of [
    ['handbook', planeId],
    ['faq', smallId],
  ]) {
    const started = await operator.call('POST', `/planes/${id}/offboarding`, start);
    report.check(`${name} is being offboarded`, started.status === 202, `HTTP ${started.status}`);
  }
  await cloud.clock.settle();
  const again = await operator.call('POST', `/planes/${planeId}/offboarding`, start);
  report.check(
    'a second start is refused',
    again.status === 409,
    `HTTP ${again.status} ${again.body.code}`,
  );

  report.act('Three days later: somebody still uses handbook, and faq is needed after all');
  await cloud.clock.advanceBy({ days: 3 });
  await useDuringGrace(stage, planeId);
  const cancelled = await operator.call('DELETE', `/planes/${smallId}/offboarding`);
  await cloud.clock.settle();
  report.check(
    'faq is cancelled in its grace period',
    cancelled.status === 200,
    `HTTP ${cancelled.status}`,
  );

  report.act('The grace period ends: deactivated and archived');
  await cloud.clock.advanceBy({ days: 5 });
  await checkRefused(stage, 'handbook', plane);
  await checkAnswers(stage, 'faq', small);
  await checkArchive(stage, plane, planeId, operator);

  report.act('A year later: the retention is over, a person is asked');
  await cloud.clock.advanceBy({ days: RETENTION_DAYS });
  const asked = await approver.call('GET', `/planes/${planeId}/approval`);
  report.check('an approval is waited for', asked.status === 200, `HTTP ${asked.status}`);
  const { scopeHash, scope } = asked.body;
  report.say(
    `the approver is asked to destroy ${scope.objectCount} objects and items, ${scope.bytes} bytes`,
  );
  report.say(`  bag manifest ${scope.manifestHash}`);
  report.say(`  scope hash   ${scopeHash}`);
  const decision = { decision: 'approve', reason: 'retention is over', scopeHash };
  const own = await operator.call('POST', `/planes/${planeId}/approval`, decision);
  report.check(
    'the requester cannot approve',
    own.status === 403,
    `HTTP ${own.status} ${own.body.code}`,
  );
  await holdAgainstPurge(stage, plane, planeId);

  report.act('Purged: what is left');
  await checkNothingRemains(stage, plane, planeId);
  await checkAnswers(stage, 'faq', small);
  const ledger = await verifyLedger(report, operator, planeId);
  await showCertificate(stage, operator, planeId, ledger);

  report.act('Three months later: what AWS keeps has run out, and an auditor looks');
  await cloud.clock.advanceBy({ days: DAYS_UNTIL_NOTHING_REMAINS });
  await verifyOffline(stage, operator, planeId);
}

async function register(stage: Stage, plane: SamplePlane, name: string): Promise<string> {
  const operator = apiClient(stage.cloud.apiUrl, 'operator');
  const { status, body } = await operator.call('POST', '/planes', plane.registration);
  stage.report.check(`${name} is registered`, status === 201, `HTTP ${status} ${body.planeId}`);
  stage.introduce(body.planeId, name);
  return body.planeId;
}

/** A service that nobody has told: it goes on, and everybody can see that it does. */
async function useDuringGrace({ cloud, report }: Stage, planeId: string): Promise<void> {
  const assistant = apiClient(cloud.apiUrl, 'Assistant@run-17');
  const lease = { kind: 'query', ttlSeconds: 60 };
  const taken = await assistant.call('PUT', `/planes/${planeId}/leases/run-17`, lease);
  report.check('a service takes a lease to query', taken.status === 200, `HTTP ${taken.status}`);
  const { body } = await assistant.call('GET', `/planes/${planeId}/offboarding`);
  const [last] = body.usedDuringGrace ?? [];
  report.check(
    'the status says who used the plane',
    last?.use === 'query' && last.by.endsWith(':role/Assistant'),
    `${last?.use} by ${last?.by}`,
  );
}

async function checkAnswers(
  { report, question }: Stage,
  name: string,
  plane: SamplePlane,
): Promise<void> {
  const found = await plane.ask(question);
  if ('answer' in found) {
    const { document, score, excerpt } = found.answer;
    report.say(`"${question}" -> ${document} (${score})`);
    report.say(`  ${excerpt}`);
  }
  report.check(
    `${name} answers a question`,
    'answer' in found,
    'refused' in found ? found.refused : undefined,
  );
}

async function checkRefused(
  { report, question }: Stage,
  name: string,
  plane: SamplePlane,
): Promise<void> {
  const found = await plane.ask(question);
  report.check(
    `${name} refuses the same question`,
    'refused' in found,
    'refused' in found ? found.refused : `it answered from ${found.answer.document}`,
  );
}

async function checkArchive(
  { cloud, report }: Stage,
  plane: SamplePlane,
  planeId: string,
  operator: ReturnType<typeof apiClient>,
): Promise<void> {
  const { body: status } = await operator.call('GET', `/planes/${planeId}/offboarding`);
  report.check(
    'handbook is kept in the archive',
    status.status === 'KEPT_IN_ARCHIVE',
    status.status,
  );
  const { body: ledger } = await operator.call('GET', `/planes/${planeId}/ledger`);
  const archived =
    ledger.entries.find((entry: { to: string }) => entry.to === 'ARCHIVED')?.data ?? {};
  const found = await findRemains(cloud, plane, planeId);
  report.say(`archive ${archived.archivePath}`);
  report.say(
    `  ${archived.objectCount} documents and items, ${archived.archiveSizeBytes} bytes, ` +
      `manifest ${archived.manifestHash}, kept until ${archived.retentionUntil}`,
  );
  for (const [storageClass, count] of Object.entries(found.vaultClasses))
    report.say(`  ${count} objects of the vault in ${storageClass}`);
  report.check(
    'the archive holds everything',
    archived.objectCount === plane.documentCount + plane.chunkCount,
    `${archived.objectCount} of ${plane.documentCount + plane.chunkCount}`,
  );
  report.check('its payloads are in Deep Archive', (found.vaultClasses.DEEP_ARCHIVE ?? 0) > 0);
  report.check(
    'the hot stores are empty',
    found.documentVersions === 0 && found.chunks === 0,
    `${found.documentVersions} document versions, ${found.chunks} chunks`,
  );
  report.check(
    'its tokens are revoked, not deleted',
    found.tokens === plane.tokenCount && found.revokedTokens === plane.tokenCount,
    `${found.revokedTokens} of ${found.tokens}`,
  );
}

async function checkNothingRemains(
  { cloud, report }: Stage,
  plane: SamplePlane,
  planeId: string,
): Promise<void> {
  const found = await findRemains(cloud, plane, planeId);
  report.check(
    'no document version is left',
    found.documentVersions === 0,
    `${found.documentVersions}`,
  );
  report.check('no chunk or embedding is left', found.chunks === 0, `${found.chunks}`);
  report.check('no access token is left', found.tokens === 0, `${found.tokens}`);
  report.check('nothing is left in the vault', found.vaultVersions === 0, `${found.vaultVersions}`);
  report.check(
    'the registry holds a tombstone only',
    found.registryAttributes.join() === 'ledgerSeq,lifecycleState,planeId',
    found.registryAttributes.join(', '),
  );
}
