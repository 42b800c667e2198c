import { createHash } from 'node:crypto';

/** 128 bits of SHA-256, in 22 of A-Z a-z 0-9 _ - */
export const digest = (text: string): string => createHash('sha256').update(text).digest('base64url').slice(0, 22);
