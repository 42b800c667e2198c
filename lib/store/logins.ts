import type { Login } from '../domain/logins.ts';
import type { Device } from '../domain/member.ts';
import type { UserId } from '../protocol/ids.ts';

/** The logins of one device, on one row. */
export interface LoginList {
  readonly userId: UserId;
  readonly device: Device;
  /** The latest last. */
  readonly logins: readonly Login[];
  /** Changes with each write; 0 = there is no row. */
  readonly revision: number;
}

/** The order of a user's logins. */
export interface Logins {
  /** `eventual`: eventually consistent read. */
  getLogins(user: UserId, device: Device, read?: 'consistent' | 'eventual'): Promise<LoginList>;
  /** Puts it if the row still has its revision; false = nothing was written. Forgotten after `expiresAtMs`. */
  putLogins(next: LoginList, expiresAtMs: number): Promise<boolean>;
}
