import { type App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks, NIST80053R5Checks } from 'cdk-nag';

/**
 * Every synthesis checks the whole app against AWS Solutions and NIST 800-53 R5, and fails on a finding. What is not
 * followed is acknowledged beside the construct (`infra/acknowledge.ts`) and stands in the template's metadata.
 */
export function enforceCompliance(app: App): void {
  Validations.of(app).addPlugins(
    new AwsSolutionsChecks(app, { writeSuppressionsToCloudFormation: true }),
    // It writes what is acknowledged for both.
    new NIST80053R5Checks(app),
  );
}
