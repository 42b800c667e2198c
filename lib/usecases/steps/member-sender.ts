import type { JoiningConnection } from '../../domain/member.ts';
import type { Sender } from '../../protocol/message.ts';
import { listedSender } from '../../protocol/sender.ts';
import type { Caller, Deps } from '../deps.ts';
import type { OwnConnection } from './disconnect-member.ts';

/** I-N1: the connection, with what a join or a resume notes of its user in the write that it makes anyway. */
export const joining = (
  { settings }: Deps,
  { sender }: Caller,
  { userId, connectionId, device }: OwnConnection,
): OwnConnection & JoiningConnection => ({
  ...{ userId, connectionId, device },
  sender: settings.memberProfiles && sender !== undefined ? listedSender(sender) : undefined,
});

/** What the others see of a member: nothing once the setting is off, whatever the row has from before. */
export const shown = ({ settings }: Deps, sender: Sender | undefined): { readonly sender?: Sender } =>
  settings.memberProfiles && sender !== undefined ? { sender } : {};
