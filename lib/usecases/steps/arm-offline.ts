import type { Member } from '../../domain/member.ts';
import type { Timer } from '../../store/room-store.ts';
import type { Deps } from '../deps.ts';

export async function armOffline(deps: Deps, members: readonly Member[]): Promise<void> {
  const offline = members.filter((member) => member.offline !== undefined);
  const timers = offline.map(({ roomId, userId }): Timer => ({ kind: 'member', room: roomId, userId }));
  await deps.store.arm(deps.now(), timers);
}
