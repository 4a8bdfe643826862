import { Duration, Size } from 'aws-cdk-lib';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Architecture, Function as LambdaFunction, Runtime, Tracing } from 'aws-cdk-lib/aws-lambda';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { EnvironmentVariable } from '../lambdas/env.ts';
import { type LambdaName, lambdaCode } from './bundle.ts';
import type { OffboardingConfig } from './config.ts';

export interface ProductFunctionProps {
  readonly config: Pick<OffboardingConfig, 'logRetention' | 'removalPolicy'>;
  readonly description: string;
  /** @default 30 seconds */
  readonly timeout?: Duration;
  /** @default 512 MiB */
  readonly memory?: Size;
}

/**
 * A Lambda function of this product with its log and its role. The role may write this log and send traces; every
 * other permission comes from a verb of a resource's construct.
 */
export class ProductFunction extends LambdaFunction {
  readonly lambdaName: LambdaName;

  /** @param name names the entry file, and the construct */
  constructor(scope: Construct, name: LambdaName, props: ProductFunctionProps) {
    const { config } = props;
    const around = new Construct(scope, `${name}-function`);
    const logGroup = new LogGroup(around, 'Log', {
      retention: config.logRetention,
      removalPolicy: config.removalPolicy,
    });
    const role = new Role(around, 'Role', {
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
      description: `What the Lambda function ${name} may do`,
    });
    logGroup.grantWrite(role);
    super(around, 'Function', {
      description: props.description,
      code: lambdaCode(name),
      handler: 'index.handler',
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      timeout: props.timeout ?? Duration.seconds(30),
      memorySize: (props.memory ?? Size.mebibytes(512)).toMebibytes(),
      tracing: Tracing.ACTIVE,
      logGroup,
      role,
    });
    this.lambdaName = name;
  }

  /** Sets a variable that the Lambda code knows: any other name does not compile. */
  setEnvironment(name: EnvironmentVariable, value: string): void {
    this.addEnvironment(name, value);
  }
}
