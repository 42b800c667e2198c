import type { Outcome } from '../domain/outcome.ts';
import type { Deps } from '../usecases/deps.ts';
import {
  addAllowlistedTypes,
  addLowPriorityTypes,
  allowlistedTypes,
  lowPriorityTypes,
  removeAllowlistedTypes,
  removeLowPriorityTypes,
  TYPES_MAX,
} from '../usecases/message-types.ts';
import { type Endpoint, endpoint } from './endpoint.ts';
import { many } from './fields.ts';
import { messageType } from './message-fields.ts';
import { list, string } from './schema.ts';
import { served } from './served.ts';

const types = many(messageType, TYPES_MAX, 'the types');
const listed = list(string('a type'), 'the types');

async function addAll(
  deps: Deps,
  add: (deps: Deps, types: readonly string[]) => Promise<Outcome<unknown>>,
  added: readonly string[],
): Promise<Record<string, never>> {
  served(await add(deps, added), 'add the types');
  return {};
}

export const messageTypeEndpoints: readonly Endpoint[] = [
  endpoint({
    path: '/chatroom/message/priority/add.json',
    about: `Message types of low priority, at most ${TYPES_MAX}: they use up no more than half of a room's quota.`,
    fields: { objectName: types },
    run: ({ deps }, { objectName }) => addAll(deps, addLowPriorityTypes, objectName),
  }),
  endpoint({
    path: '/chatroom/message/priority/remove.json',
    about: 'Takes types from those of low priority.',
    fields: { objectName: types },
    run: async ({ deps }, { objectName }) => {
      await removeLowPriorityTypes(deps, objectName);
      return {};
    },
  }),
  endpoint({
    path: '/chatroom/message/priority/query.json',
    about: 'The types of low priority.',
    fields: {},
    answer: { objectNames: listed },
    run: async ({ deps }) => ({ objectNames: await lowPriorityTypes(deps) }),
  }),
  endpoint({
    path: '/chatroom/whitelist/add.json',
    about: `Message types that no quota of a room holds back, at most ${TYPES_MAX}.`,
    fields: { objectnames: types },
    run: ({ deps }, { objectnames }) => addAll(deps, addAllowlistedTypes, objectnames),
  }),
  endpoint({
    path: '/chatroom/whitelist/delete.json',
    about: 'Takes types from those that no quota holds back.',
    fields: { objectnames: types },
    run: async ({ deps }, { objectnames }) => {
      await removeAllowlistedTypes(deps, objectnames);
      return {};
    },
  }),
  endpoint({
    path: '/chatroom/whitelist/query.json',
    about: 'The types that no quota holds back.',
    fields: {},
    answer: { whitlistMsgType: listed },
    run: async ({ deps }) => ({ whitlistMsgType: await allowlistedTypes(deps) }),
  }),
];
