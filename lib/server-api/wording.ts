import { badParameter, type RefusedCall } from './refused-call.ts';

export const noSuchRoom = (unableTo: string): RefusedCall =>
  badParameter(`unable to ${unableTo}; the room does not exist`);

/** YYYY-MM-DD HH:MM:SS in UTC. */
export const timeText = (atMs: number): string => new Date(atMs).toISOString().slice(0, 19).replace('T', ' ');
