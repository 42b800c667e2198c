/** List prices of us-east-1 in US dollars, without any free tier. */
const MILLION = 1_000_000;
/** A message of at most 32 KB, either way. */
export const messagesUsd = (messages: number): number => (messages * 1) / MILLION;
export const connectionMinutesUsd = (minutes: number): number => (minutes * 0.25) / MILLION;
export const writesUsd = (units: number): number => (units * 0.625) / MILLION;
export const readsUsd = (units: number): number => (units * 0.125) / MILLION;

const SMALL_MB = 512;
const GB_SECOND_USD = 0.0000133334;

/** Invocations of a Lambda on arm64 that is billed for `ms` each. */
export const invocationsUsd = (invocations: number, ms: number, memoryMb: number = SMALL_MB): number =>
  (invocations * 0.2) / MILLION + invocations * (memoryMb / 1024) * (ms / 1000) * GB_SECOND_USD;
