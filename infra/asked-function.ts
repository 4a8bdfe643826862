import { Alias, type IFunction } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import type { AskedBy } from '../lambdas/caller-alias.ts';
import type { EnvironmentVariable } from '../lambdas/env.ts';
import type { LambdaName } from './bundle.ts';
import { ProductFunction, type ProductFunctionProps } from './product-function.ts';

export interface AskedFunctionProps extends ProductFunctionProps {
  readonly askedBy: AskedBy & Readonly<Record<'workflow', readonly string[]>>;
  /** Where a caller finds the alias by which it asks. */
  readonly foundBy: EnvironmentVariable;
}

/**
 * A function that knows who asks: each caller has an alias of it that is called after the caller, and may invoke no other. The
 * function is told by which alias it was invoked, and has for each what it may be asked for.
 */
export class AskedFunction extends ProductFunction {
  /** For the tasks of the state machine. */
  readonly forWorkflow: IFunction;
  private readonly askedBy: AskedBy;
  private readonly foundBy: EnvironmentVariable;

  constructor(scope: Construct, name: LambdaName, props: AskedFunctionProps) {
    super(scope, name, props);
    this.askedBy = props.askedBy;
    this.foundBy = props.foundBy;
    // An alias is one, but for its role, which TypeScript cannot tell to be there.
    this.forWorkflow = this.aliasOf('workflow') as IFunction;
  }

  /**
   * May ask for what this function has for it.
   * @throws Error for a function that it has nothing for
   */
  grantAsk(fn: ProductFunction): void {
    if (!Object.hasOwn(this.askedBy, fn.lambdaName))
      throw new Error(`${this.lambdaName} has nothing that ${fn.lambdaName} may ask for`);
    const alias = this.aliasOf(fn.lambdaName);
    alias.grantInvoke(fn);
    fn.setEnvironment(this.foundBy, alias.functionArn);
  }

  private aliasOf(caller: string): Alias {
    // Of whatever is deployed: an alias of a published version would need another with every change of the code.
    return new Alias(this, `For ${caller}`, { aliasName: caller, version: this.latestVersion });
  }
}
