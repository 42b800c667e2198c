import prices from './prices.json' with { type: 'json' };

const MILLION = 1_000_000;
const SMALL_MB = 512;
const { message, messagePastBillion, connectionMinute, writeUnit, readUnit, invocation, gbSecond } = prices.usd;
const BILLION = 1_000_000_000;

/** Where the prices come from, in words. */
export const priceNote = `List prices of ${prices.region} as of ${prices.checked}, without any free tier.`;

/** Messages of at most 32 KB, either way. */
export const messagesUsd = (messages: number): number => (messages * message.perMillion) / MILLION;

/** All messages of one account and month: those past a billion cost less. */
export const monthOfMessagesUsd = (messages: number): number =>
  messagesUsd(Math.min(messages, BILLION)) +
  (Math.max(0, messages - BILLION) * messagePastBillion.perMillion) / MILLION;

export const connectionMinutesUsd = (minutes: number): number => (minutes * connectionMinute.perMillion) / MILLION;
export const writesUsd = (units: number): number => (units * writeUnit.perMillion) / MILLION;
export const readsUsd = (units: number): number => (units * readUnit.perMillion) / MILLION;

/** A Lambda on arm64 that is started this often, and runs for `seconds` in all. */
export const lambdaUsd = (invocations: number, seconds: number, memoryMb: number): number =>
  (invocations * invocation.perMillion + seconds * (memoryMb / 1024) * gbSecond.perMillion) / MILLION;

/** Invocations of a Lambda on arm64 that is billed for `ms` each. */
export const invocationsUsd = (invocations: number, ms: number, memoryMb: number = SMALL_MB): number =>
  lambdaUsd(invocations, (invocations * ms) / 1000, memoryMb);
