/** What no count on this machine shows. Only AWS can say; `npm run aws-facts` measures some of it. */
export const assumptions = {
  /** A call of DynamoDB, and of Lambda's API, until its answer. */
  callMs: 4,
  ringMs: 10,
  /** A post until its answer, and its CPU in a Lambda with one CPU. */
  postMs: 15,
  postCpuMs: 0.15,
  /** Calls of a send that wait for each other: who sends, the room, the member, the sender's mark, the room. */
  sendCalls: 5,
  /** What its Lambda does besides where it delivers too: the list and the end of the lease. */
  inLineCalls: 2,
  /** CPU of a frame in a Lambda with one CPU, ms. */
  frameCpuMs: 2,
  /** Authorize, Connect, Disconnect and Changes at 512 MB, each. */
  visitMs: 25,
  /** Checks that a sweep makes in a second of CPU: `npm run sweep-rate`. */
  checksPerCpuSec: 7_376,
  sweepRunMs: 500,
  /** A table on demand starts with so many partitions, each with a shard of the stream. */
  streamShards: 4,
  /** A batch of the stream waits so long at most, and a run of Watch for the leases in it. */
  watchBatchMs: 5_000,
  watchRunMs: 10_000,
} as const;
