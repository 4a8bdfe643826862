import { Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { EnvironmentConfig } from './config.ts';
import { Offboarding } from './offboarding.ts';

/** One deployment. The product is the construct `Offboarding`: put that into a stack of your own if you have one. */
export class OffboardingStack extends Stack {
  constructor(scope: Construct, id: string, config: EnvironmentConfig) {
    super(scope, id, {
      description: 'Takes knowledge planes out of service in governed steps.',
      terminationProtection: config.terminationProtection,
      ...(config.target && { env: config.target }),
    });
    new Offboarding(this, 'Offboarding', config);
  }
}
