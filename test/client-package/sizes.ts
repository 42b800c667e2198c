import { expect, it } from 'vitest';
import {
  CHAT_USE,
  clientSizes,
  ENGINE_CHAT_USE,
  ENGINE_USE,
  WHOLE_USE,
} from '../../bin/client-package/client-sizes.ts';
import type { InstalledClient } from './installed-client.ts';

/** Bytes of gzip that no change may exceed unnoticed. */
const most: Readonly<Record<string, number>> = {
  [WHOLE_USE]: 26_368,
  [ENGINE_USE]: 22_528,
  [ENGINE_CHAT_USE]: 22_784,
  [CHAT_USE]: 15_360,
};

/** What an app pays. */
export function describeSizes(client: () => InstalledClient): void {
  it('stays small, whole and by what an app uses', async () => {
    const sizes = await clientSizes(client().folder);
    expect(sizes.map(({ use }) => use)).toEqual(expect.arrayContaining(Object.keys(most)));
    expect(sizes.filter(({ use, gzipBytes }) => gzipBytes > (most[use] ?? 2304))).toEqual([]);
  });
}
