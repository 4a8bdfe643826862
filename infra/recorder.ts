import { Duration } from 'aws-cdk-lib';
import { Alias, type IFunction } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { isRecordingCaller, type RecordingCaller } from '../lambdas/recorder/recorded-by.ts';
import type { OffboardingConfig } from './config.ts';
import type { Ledger } from './ledger.ts';
import { ProductFunction } from './product-function.ts';
import type { Registry } from './registry.ts';

export interface RecorderProps {
  readonly config: OffboardingConfig;
  readonly ledger: Ledger;
  readonly registry: Registry;
}

/**
 * The single writer of the ledger. Whoever wants an entry asks this function, by an alias that is called after who asks: the function
 * is told by which alias it was invoked, and has for each the entries it may be asked for.
 */
export class Recorder extends ProductFunction {
  /** For the tasks of the state machine. */
  readonly forWorkflow: IFunction;

  constructor(scope: Construct, { config, ledger, registry }: RecorderProps) {
    super(scope, 'recorder', {
      config,
      description: 'Writes the ledger, alone, and projects it onto the registry.',
      timeout: Duration.seconds(30),
    });
    ledger.grantRecord(this);
    registry.grantProject(this);
    // An alias is one, but for its role, which TypeScript cannot tell to be there.
    this.forWorkflow = this.aliasOf('workflow') as IFunction;
  }

  /**
   * May ask for the entries that `RECORDED_BY` has for it; the ledger's rules decide.
   * @throws Error for a function that has none there
   */
  grantRecord(fn: ProductFunction): void {
    if (!isRecordingCaller(fn.lambdaName))
      throw new Error(`no entry is said to be recorded by ${fn.lambdaName}`);
    const alias = this.aliasOf(fn.lambdaName);
    alias.grantInvoke(fn);
    fn.setEnvironment('RECORDER_FUNCTION', alias.functionArn);
  }

  private aliasOf(caller: RecordingCaller): Alias {
    // Of whatever is deployed: an alias of a published version would need another with every change of the code.
    return new Alias(this, `For ${caller}`, { aliasName: caller, version: this.latestVersion });
  }
}
