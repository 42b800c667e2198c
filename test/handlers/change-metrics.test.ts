import { expect, it } from 'vitest';
import { emptyMember } from '../../lib/domain/member.ts';
import { type CountedChange, countChanges } from '../../lib/handlers/change-metrics.ts';
import type { RoomId, UserId } from '../../lib/protocol/ids.ts';
import type { Change, StreamRecord } from '../../lib/store/room-store.ts';

const member = emptyMember('r' as RoomId, 'u' as UserId, 'e');
const ended = (reason: 'left' | 'offline' | 'blocked'): Change => ({
  kind: 'ended',
  member: { ...member, ended: { membershipId: 'm', reason, atMs: 0, connections: [] } },
  rowIsDeleted: false,
});

/** What is counted of a batch of these changes; `undone`: the first that the handler could not do. */
async function countsOf(changes: readonly (Change | 'unreadable' | undefined)[], undone?: number) {
  const puts: Readonly<Partial<Record<CountedChange, number>>>[] = [];
  const records = changes.map(
    (_, at): StreamRecord => ({
      eventName: 'MODIFY',
      dynamodb: { SequenceNumber: `${at}`, ApproximateCreationDateTime: 0 },
    }),
  );
  const failures = undone === undefined ? [] : [{ itemIdentifier: `${undone}` }];
  const handle = countChanges(
    async () => ({ batchItemFailures: failures }),
    ({ dynamodb }) => {
      const change = changes[Number(dynamodb.SequenceNumber)];
      if (change === 'unreadable') throw new Error('the row cannot be read');
      return change;
    },
    (counts) => puts.push(counts),
  );
  expect(await handle({ Records: records })).toEqual({ batchItemFailures: failures });
  return puts;
}

it('counts joins, and ends by their reasons', async () => {
  const changes = [{ kind: 'joined', member } as const, ended('offline'), ended('offline'), ended('left')];
  expect(await countsOf([...changes, ended('blocked'), undefined])).toEqual([
    { joins: 1, evictions: 2, leaves: 1, blocks: 1 },
  ]);
});

it('counts what is done, and leaves the rest to the run that gets it again', async () => {
  expect(await countsOf([ended('offline'), ended('left'), ended('offline')], 1)).toEqual([{ evictions: 1 }]);
  expect(await countsOf([ended('offline')], 0)).toEqual([{}]);
});

it('skips a record that cannot be read', async () => {
  expect(await countsOf(['unreadable', ended('left')])).toEqual([{ leaves: 1 }]);
});
