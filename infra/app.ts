import { App } from 'aws-cdk-lib';
import { assertPlanesApart } from './assert-planes-apart.ts';
import { enforceCompliance } from './compliance.ts';
import { ENVIRONMENT_NAMES, ENVIRONMENTS } from './config.ts';
import { OffboardingStack } from './offboarding-stack.ts';

assertPlanesApart(ENVIRONMENTS);
const app = new App();
for (const name of ENVIRONMENT_NAMES)
  new OffboardingStack(app, `Offboarding-${name}`, ENVIRONMENTS[name]);
enforceCompliance(app);
app.synth();
