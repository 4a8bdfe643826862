import type { Construct } from 'constructs';
import type { LambdaName } from './bundle.ts';
import type { Ledger } from './ledger.ts';
import { ProductFunction, type ProductFunctionProps } from './product-function.ts';
import type { Registry } from './registry.ts';

export interface StageFunctionProps extends ProductFunctionProps {
  readonly ledger: Ledger;
  readonly registry: Registry;
}

/** A step of the workflow. Each one reads where the plane stands before it does anything, and none may write that down. */
export class StageFunction extends ProductFunction {
  constructor(scope: Construct, name: LambdaName, props: StageFunctionProps) {
    super(scope, name, props);
    props.ledger.grantRead(this);
    props.registry.grantRead(this);
  }
}
