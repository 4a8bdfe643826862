import { type ApiClient, apiClient } from '../signed-api.ts';
import { findRemains } from './remains.ts';
import type { SamplePlane } from './sample-plane.ts';
import type { Stage } from './stage.ts';

const HOLD = { reference: 'claim-17', reason: 'a former customer has filed a claim' };

/** A purge that everybody has agreed to, and a hold that comes before it: the hold wins until it is released. */
export async function holdAgainstPurge(
  { cloud, report }: Stage,
  plane: SamplePlane,
  planeId: string,
): Promise<void> {
  const officer = apiClient(cloud.apiUrl, 'privacy-officer');
  const operator = apiClient(cloud.apiUrl, 'operator');
  const approver = apiClient(cloud.apiUrl, 'approver');
  const approve = async (claim: string) => {
    const { body } = await approver.call('GET', `/planes/${planeId}/approval`);
    const { status } = await approver.call('POST', `/planes/${planeId}/approval`, {
      decision: 'approve',
      reason: 'retention is over',
      scopeHash: body.scopeHash,
    });
    report.check(claim, status === 200, `HTTP ${status}`);
    await cloud.clock.settle();
  };

  report.act('A claim comes up: the data protection officer places a legal hold');
  const before = await findRemains(cloud, plane, planeId);
  const placed = await officer.call('PUT', `/planes/${planeId}/hold`, HOLD);
  report.check('a legal hold is placed', placed.status === 200, `HTTP ${placed.status}`);
  await approve('another person approves');
  const halted = await statusOf(operator, planeId);
  report.check(
    'the purge halts all the same',
    halted.status === 'HALTED' && halted.halt?.code === 'LEGAL_HOLD',
    `${halted.status} ${halted.halt?.code}`,
  );
  const after = await findRemains(cloud, plane, planeId);
  report.check(
    'nothing of the archive is gone',
    after.vaultVersions === before.vaultVersions && after.vaultBytes === before.vaultBytes,
    `${after.vaultVersions} of ${before.vaultVersions} objects, ${after.vaultBytes} of ${before.vaultBytes} bytes`,
  );

  report.act('The claim is settled: the hold is released, and the purge started again');
  const released = await officer.call('DELETE', `/planes/${planeId}/hold`, HOLD);
  report.check('the hold is released', released.status === 204, `HTTP ${released.status}`);
  const again = await operator.call('POST', `/planes/${planeId}/offboarding`, {
    reason: 'the claim is settled',
  });
  report.check('the purge is started again', again.status === 202, `HTTP ${again.status}`);
  await cloud.clock.settle();
  await approve('the person is asked anew, and approves');
}

async function statusOf(api: ApiClient, planeId: string) {
  return (await api.call('GET', `/planes/${planeId}/offboarding`)).body;
}
