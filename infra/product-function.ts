import { Duration, Size } from 'aws-cdk-lib';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Architecture, Function as LambdaFunction, Runtime, Tracing } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import type { EnvironmentVariable } from '../lambdas/env.ts';
import { acknowledge, INLINE_POLICY } from './acknowledge.ts';
import { type LambdaName, lambdaCode } from './bundle.ts';
import type { OffboardingConfig } from './config.ts';
import { ProductLogGroup } from './product-log-group.ts';

export interface ProductFunctionProps {
  readonly config: Pick<OffboardingConfig, 'logRetention' | 'removalPolicy'>;
  readonly description: string;
  /** @default 30 seconds */
  readonly timeout?: Duration;
  /** @default 512 MiB */
  readonly memory?: Size;
  /**
   * For a function that streams: keep V8 from letting garbage lie.
   * @default false
   */
  readonly smallHeap?: boolean;
}

/**
 * V8 collects young garbage when the space for it is full, and Lambda sizes that space by the function's memory, unless
 * NODE_OPTIONS names a size. A function that streams fills whatever it gets: a packer of 5,000 documents held 319 MB with
 * Lambda's own sizes, 235 MB with 16 MiB and 205 MB with 8, and was no slower by more than the noise of a run.
 */
function smallHeap(memory: Size): string {
  // A quarter of the memory stays for buffers and for node itself.
  const oldSpaceMebibytes = Math.floor((memory.toMebibytes() * 3) / 4);
  return `--max-semi-space-size=8 --max-old-space-size=${oldSpaceMebibytes}`;
}

/**
 * A Lambda function of this product with its log and its role. The role may write this log and send traces; every
 * other permission comes from a verb of a resource's construct.
 */
export class ProductFunction extends LambdaFunction {
  readonly lambdaName: LambdaName;

  /** @param name names the entry file, and the construct */
  constructor(scope: Construct, name: LambdaName, props: ProductFunctionProps) {
    const { config, memory = Size.mebibytes(512) } = props;
    const around = new Construct(scope, `${name}-function`);
    const logGroup = new ProductLogGroup(around, 'Log', { config });
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
      memorySize: memory.toMebibytes(),
      ...(props.smallHeap && { environment: { NODE_OPTIONS: smallHeap(memory) } }),
      tracing: Tracing.ACTIVE,
      logGroup,
      role,
    });
    this.lambdaName = name;
    acknowledge(this, import.meta.filename, {
      'NIST.800.53.R5-LambdaInsideVPC':
        'it talks to AWS services only, in TLS, and its role bounds which; a network of its own would bound nothing more',
      'NIST.800.53.R5-LambdaConcurrency':
        'the API is throttled and the map has a maximum; reserving for each function would take the account its concurrency',
      'NIST.800.53.R5-LambdaDLQ':
        'the workflow and the API wait for its answer and see every failure; what nobody waits for has an on-failure destination',
    });
    acknowledge(role, import.meta.filename, {
      'AwsSolutions-IAM5[Resource::*]': 'X-Ray knows no resources for traces',
      ...INLINE_POLICY,
    });
  }

  /** As deployed, without its aliases: who may invoke one of those is granted that alias. */
  override get resourceArnsForGrantInvoke(): string[] {
    return [this.functionArn];
  }

  /** Sets a variable that the Lambda code knows: any other name does not compile. */
  setEnvironment(name: EnvironmentVariable, value: string): void {
    this.addEnvironment(name, value);
  }
}
