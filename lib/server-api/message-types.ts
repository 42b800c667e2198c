import type { Deps } from '../usecases/deps.ts';
import {
  addMessageTypes,
  messageTypes,
  removeMessageTypes,
  TYPES_MAX,
  type TypeList,
} from '../usecases/message-types.ts';
import { type Endpoint, endpoint } from './endpoint.ts';
import { many } from './fields.ts';
import { messageType } from './message-fields.ts';
import { list, string } from './schema.ts';
import { served } from './served.ts';

const types = many(messageType, TYPES_MAX, 'the types');
const listed = list(string('a type'), 'the types');

const LOW: TypeList = 'low-priority-types';
const ALLOWLISTED: TypeList = 'allowlisted-types';

async function addAll(deps: Deps, to: TypeList, added: readonly string[]): Promise<Record<string, never>> {
  served(await addMessageTypes(deps, to, added), 'add the types');
  return {};
}

async function removeAll(deps: Deps, from: TypeList, removed: readonly string[]): Promise<Record<string, never>> {
  await removeMessageTypes(deps, from, removed);
  return {};
}

export const messageTypeEndpoints: readonly Endpoint[] = [
  endpoint({
    path: '/chatroom/message/priority/add.json',
    about: `Message types of low priority, at most ${TYPES_MAX}: they use up no more than half of a room's quota.`,
    fields: { objectName: types },
    run: ({ deps }, { objectName }) => addAll(deps, LOW, objectName),
  }),
  endpoint({
    path: '/chatroom/message/priority/remove.json',
    about: 'Takes types from those of low priority.',
    fields: { objectName: types },
    run: ({ deps }, { objectName }) => removeAll(deps, LOW, objectName),
  }),
  endpoint({
    path: '/chatroom/message/priority/query.json',
    about: 'The types of low priority.',
    fields: {},
    answer: { objectNames: listed },
    run: async ({ deps }) => ({ objectNames: await messageTypes(deps, LOW) }),
  }),
  endpoint({
    path: '/chatroom/whitelist/add.json',
    about: `Message types that no quota of a room holds back, at most ${TYPES_MAX}.`,
    fields: { objectnames: types },
    run: ({ deps }, { objectnames }) => addAll(deps, ALLOWLISTED, objectnames),
  }),
  endpoint({
    path: '/chatroom/whitelist/delete.json',
    about: 'Takes types from those that no quota holds back.',
    fields: { objectnames: types },
    run: ({ deps }, { objectnames }) => removeAll(deps, ALLOWLISTED, objectnames),
  }),
  endpoint({
    path: '/chatroom/whitelist/query.json',
    about: 'The types that no quota holds back.',
    fields: {},
    answer: { whitlistMsgType: listed },
    run: async ({ deps }) => ({ whitlistMsgType: await messageTypes(deps, ALLOWLISTED) }),
  }),
];
