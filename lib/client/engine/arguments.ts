import { MESSAGE_COUNT_MAX } from '../../protocol/limits.ts';
import { RCIMIWConversationType, type RCIMIWMessage } from './types.ts';

export function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

/** The native wrappers hand over null for what is not set. */
export const isGiven = <T>(value: T | null | undefined): value is T => value !== undefined && value !== null;

export function isCount(value: number, min: number): boolean {
  return Number.isSafeInteger(value) && value >= min && value <= MESSAGE_COUNT_MAX;
}

/** A message of a chatroom. */
export function isOfRoom(message: unknown): message is RCIMIWMessage & { targetId: string } {
  if (typeof message !== 'object' || message === null) return false;
  const { conversationType, targetId } = message as RCIMIWMessage;
  return conversationType === RCIMIWConversationType.CHATROOM && isText(targetId);
}

/** A copy as a map; undefined if it is not a map or an object of texts. */
export function readTextMap(given: unknown): Map<string, string> | undefined {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) return undefined;
  const entries: unknown[][] = given instanceof Map ? [...given] : Object.entries(given);
  const isTexts = entries.every((entry) => entry.every((part) => typeof part === 'string'));
  return isTexts ? new Map(entries as [string, string][]) : undefined;
}
