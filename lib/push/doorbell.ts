/** 'rung': Lambda has queued the invocation, which happens at least once. 'failed' proves nothing. */
export type RingResult = 'rung' | 'failed';

/** Starts another function that works on after this one has answered. */
export interface Doorbell {
  /** `job` becomes the function's event: at most 256 KB as JSON. Never rejects. */
  ring(job: object): Promise<RingResult>;
}
