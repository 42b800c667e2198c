import type { AppServerOptions } from '../../bin/scenario/app-server.ts';
import { inParallel } from '../../lib/domain/in-parallel.ts';
import { Records } from './records.ts';
import { SETTINGS, type Stage } from './stage.ts';
import { TortureClient } from './torture-client.ts';
import { TortureServer } from './torture-server.ts';

const USERS = 12;
const ROOMS = 3;
/** So many of the users have a second device. */
const WITH_WEB = 3;
const CONNECTING_AT_ONCE = 3;

/** The users and rooms of one part of the run. */
export interface Part {
  readonly records: Records;
  readonly rooms: readonly string[];
  readonly users: readonly string[];
  readonly clients: readonly TortureClient[];
  readonly server: TortureServer;
}

/** Creates the users and rooms of a part, and connects them. */
export async function openPart(number: number, stage: Stage): Promise<Part> {
  const records = new Records(number, Date.now, SETTINGS);
  stage.records = records;
  const { links, stack } = stage;
  const options: AppServerOptions = stack;
  const server = new TortureServer(options, records, Date.now);
  const named = (what: string, count: number) =>
    Array.from({ length: count }, (_, index) => `${records.prefix}${what}${index + 1}`);
  const [users, rooms] = [named('u', USERS), named('r', ROOMS)];
  const stageName = new URL(stack.webSocketUrl).pathname.slice(1);
  const clients: TortureClient[] = [];
  for (const [index, userId] of users.entries()) {
    const token = await server.token(userId);
    const platforms = index < WITH_WEB ? (['mobile', 'web'] as const) : (['mobile'] as const);
    for (const platform of platforms) {
      clients.push(new TortureClient({ userId, platform, token, links, stage: stageName, records }));
    }
  }
  for (const room of rooms) await server.create(room);
  await inParallel(clients, CONNECTING_AT_ONCE, (client) => client.connect());
  return { records, rooms, users, clients, server };
}

export async function closePart({ clients }: Part): Promise<void> {
  for (const client of clients) await client.end();
}
