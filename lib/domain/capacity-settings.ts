/** Settings of the deployment alone: no Lambda receives them. */
const forStack = { stackOnly: true } as const;

const perSecond = (byDefault: number) =>
  ({ ...forStack, kind: 'whole', default: byDefault, min: 1, max: 100_000, unit: 'a second' }) as const;

const burst = (byDefault: number) =>
  ({ ...forStack, kind: 'whole', default: byDefault, min: 1, max: 100_000, unit: 'requests' }) as const;

/** The price of a Lambda is its memory times its time, and its share of a CPU grows with the memory. */
const memory = (byDefault: number, lambda: string) =>
  ({
    ...forStack,
    ...({ kind: 'whole', default: byDefault, min: 128, max: 10_240, unit: 'MB' } as const),
    meaning: `Memory of the Lambda ${lambda}, and with it its share of a CPU; 1,769 MB is one CPU.`,
  }) as const;

// 0 by default: a new account may have ten concurrent runs in all, and a reservation takes from them.
const concurrency = (lambdas: string) =>
  ({
    ...forStack,
    ...({ kind: 'whole', default: 0, min: 0, max: 10_000, unit: 'runs at once', zero: 'none' } as const),
    meaning: `Reserved concurrency of ${lambdas}: no other Lambda uses it up, and it has no more.`,
  }) as const;

/** How much the deployment may take, and how fast it is. */
export const capacitySettings = {
  // Each two shards have runs of their own. Fewer timers share a row where there are more shards.
  sweepShards: {
    ...({ kind: 'whole', default: 2, min: 2, max: 128, unit: 'shards' } as const),
    meaning: 'Into how many shards the timers of the sweep are spread; two runs a minute sweep each two of them.',
  },
  // The account and Region have 10,000 a second, with a burst of 5,000, for all APIs and all posts to connections.
  socketRequestsPerSec: {
    ...perSecond(8_000),
    meaning: 'Connects and frames that the WebSocket API takes; further ones are dropped. The account has 10,000.',
  },
  socketBurst: {
    ...burst(4_000),
    meaning: 'Burst of connects and frames of the WebSocket API; the account has 5,000.',
  },
  serverApiRequestsPerSec: {
    ...perSecond(500),
    meaning: 'Calls that the server API takes, all paths together; further ones get 429.',
  },
  serverApiBurst: { ...burst(250), meaning: 'Burst of calls of the server API.' },
  connectConcurrency: concurrency('Authorize, Connect and Disconnect, each'),
  messageConcurrency: concurrency('Message'),
  deliverConcurrency: concurrency('Deliver'),
  sweepConcurrency: concurrency('Sweep'),
  serverApiConcurrency: concurrency('ServerApi'),
  changesConcurrency: concurrency('Changes, Watch and Webhook, each'),
  authorizeMemoryMb: memory(512, 'Authorize'),
  connectMemoryMb: memory(512, 'Connect'),
  disconnectMemoryMb: memory(512, 'Disconnect'),
  // Measured: 3.2 times as fast as 512 MB for 4 to 9 % more GB-seconds.
  messageMemoryMb: memory(1_769, 'Message'),
  deliverMemoryMb: memory(1_769, 'Deliver'),
  // It waits most of the time.
  watchMemoryMb: memory(256, 'Watch'),
  sweepMemoryMb: memory(512, 'Sweep'),
  serverApiMemoryMb: memory(512, 'ServerApi'),
  changesMemoryMb: memory(512, 'Changes'),
  webhookMemoryMb: memory(512, 'Webhook'),
} as const;
