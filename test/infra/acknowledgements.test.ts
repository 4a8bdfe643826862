import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks, type NagPack, NIST80053R5Checks } from 'cdk-nag';
import type { IConstruct } from 'constructs';
import { expect, it } from 'vitest';
import { ENVIRONMENTS } from '../../infra/config.ts';
import { OffboardingStack } from '../../infra/offboarding-stack.ts';

const CDK_JSON = join(import.meta.dirname, '..', '..', 'cdk.json');

/** It builds every bundle again, on a machine that runs the other tests. */
const SYNTHESIS_MS = 180_000;

interface Acknowledged {
  readonly path: string;
  readonly rule: string;
}

function acknowledgedIn(app: App): readonly Acknowledged[] {
  return app.node.findAll().flatMap((construct: IConstruct) =>
    construct.node.metadata
      .filter(({ type }) => type === Validations.ACKNOWLEDGED_RULES_METADATA_KEY)
      .flatMap(({ data }) => Object.keys(data as object))
      .map((id) => ({ path: construct.node.path, rule: id.replace(/^annotation::/i, '') })),
  );
}

/** What a pack finds when nothing is acknowledged. */
function findingsOf(pack: NagPack, app: App): readonly Acknowledged[] {
  Object.defineProperty(pack, 'isAcknowledged', { value: () => false });
  return pack
    .validateScope(app)
    .violations.flatMap(({ ruleName, violatingResources }) =>
      violatingResources.map(({ constructPath = '' }) => ({ path: constructPath, rule: ruleName })),
    );
}

it(
  'every acknowledgement is of a finding that is there',
  () => {
    const app = new App({ context: JSON.parse(readFileSync(CDK_JSON, 'utf8')).context });
    new OffboardingStack(app, 'Offboarding-prod', ENVIRONMENTS.prod);
    const findings = [new AwsSolutionsChecks(app), new NIST80053R5Checks(app)].flatMap((pack) =>
      findingsOf(pack, app),
    );
    const acknowledged = acknowledgedIn(app);
    const outdated = acknowledged.filter(
      ({ path, rule }) =>
        !findings.some((it) => it.rule === rule && `${it.path}/`.startsWith(`${path}/`)),
    );
    expect(acknowledged.length).toBeGreaterThan(0);
    expect(outdated).toEqual([]);
  },
  SYNTHESIS_MS,
);
