/** The index, as CreateTable wants it. */
export const audienceIndex = {
  IndexName: 'audience',
  KeySchema: [
    { AttributeName: 'listedIn', KeyType: 'HASH' },
    { AttributeName: 'listedAs', KeyType: 'RANGE' },
  ],
  Projection: {
    ProjectionType: 'INCLUDE',
    NonKeyAttributes: ['connections', 'userId', 'roomEpoch', 'offlineSeq', 'offlineAtMs'],
  },
};

/** The keys of the table and of its index, as CreateTable wants them; the same as in the template. */
export const tableKeys = {
  AttributeDefinitions: ['pk', 'sk', 'listedIn', 'listedAs'].map((AttributeName) => ({
    AttributeName,
    AttributeType: 'S',
  })),
  KeySchema: [
    { AttributeName: 'pk', KeyType: 'HASH' },
    { AttributeName: 'sk', KeyType: 'RANGE' },
  ],
  GlobalSecondaryIndexes: [audienceIndex],
};
