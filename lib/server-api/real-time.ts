import { setRealTimeKickOut } from '../usecases/set-real-time-kick-out.ts';
import { type Endpoint, endpoint } from './endpoint.ts';
import { one } from './fields.ts';
import { choice } from './kinds.ts';
import { room } from './room-users.ts';
import { served } from './served.ts';

const set = endpoint({
  path: '/chatroom/realtime/set.json',
  about:
    "Doorman's own: whether members of this room who have lost their connection are evicted within five minutes " +
    'without any message.',
  fields: {
    ...room,
    realTime: one(
      choice<boolean | undefined>({ '0': false, '1': true, default: undefined }),
      '0 = they are not, 1 = they are, default = as the setting `realTimeKickOut` has it',
    ),
  },
  run: async ({ deps }, { chatroomId, realTime }) => {
    served(await setRealTimeKickOut(deps, chatroomId, realTime), 'set the real-time service');
    return {};
  },
});

export const realTimeEndpoints: readonly Endpoint[] = [set];
