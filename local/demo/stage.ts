import type { Cloud } from '../cloud.ts';
import type { Reporter } from './reporter.ts';

/** What every act of the story needs. */
export interface Stage {
  readonly cloud: Cloud;
  readonly report: Reporter;
  /** Asked of every plane, before and after. */
  readonly question: string;
  /** Gives planes the name under which the timeline shows them. */
  readonly introduce: (planeId: string, name: string) => void;
}
