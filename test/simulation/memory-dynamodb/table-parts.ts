import type { AudienceIndex } from './audience-index.ts';
import type { RowVersions, Version } from './row-versions.ts';
import type { MapValue } from './values.ts';

/** What the plans of calls are made with. */
export interface TableParts {
  readonly name: string;
  readonly rows: RowVersions;
  readonly index: AudienceIndex;
  /** How far behind an eventually consistent read is: 0 = it sees the newest. */
  readonly staleness: () => number;
  /**
   * Stores the row, or deletes it where `after` is undefined; does nothing where nothing changes. Gives the units that the
   * index takes.
   */
  readonly write: (pk: string, sk: string, before: Version, after: MapValue | undefined, bytes: number) => number;
}

/** A call that has been read and checked: each run of it is one application to the table. */
export type Plan = () => object;

export const metadata = () => ({ httpStatusCode: 200, attempts: 1, totalRetryDelay: 0 });
