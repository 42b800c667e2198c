import { describe, expect, it } from 'vitest';
import { describeWith, stack, streamArn } from './described-event-stack.ts';

describe('the description of a table with a stream', () => {
  const ledger = stack.tables.find(({ logicalId }) => logicalId === 'Ledger');

  it('has the view type of the template, and both images in the emulator', () => {
    expect(ledger?.stream).toEqual({ arn: streamArn, viewType: 'NEW_IMAGE' });
    expect(ledger?.create).toMatchObject({
      StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' },
    });
    expect(stack.tables.find(({ logicalId }) => logicalId === 'Table')?.stream).toBeUndefined();
  });
});

it('the description of a table has its indexes', () => {
  const GlobalSecondaryIndexes = [
    {
      IndexName: 'byAmount',
      KeySchema: [{ AttributeName: 'amount', KeyType: 'HASH' }],
      Projection: { ProjectionType: 'KEYS_ONLY' },
    },
  ];
  const { tables } = describeWith('Ledger', { GlobalSecondaryIndexes });
  const ledger = tables.find(({ logicalId }) => logicalId === 'Ledger');
  expect(ledger?.create).toMatchObject({ GlobalSecondaryIndexes });
});
