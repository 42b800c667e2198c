import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { type LocalDeployment, startLocal } from '../../bin/start-local.ts';
import { defaultSettings, type Settings } from '../../lib/domain/settings.ts';
import { unlimited } from '../support/unlimited.ts';
import { type FaultKind, Faults } from './fault-kinds.ts';
import type { HttpProxy } from './http-proxy.ts';
import { Invocations } from './invocations.ts';
import { Links } from './links.ts';
import { startPosts } from './posts.ts';
import { Records } from './records.ts';
import { startTable, type Table } from './table.ts';
import { startWebhookReceiver } from './webhook-receiver.ts';

const CLOSING_MOST_MS = 20_000;

type Closers = (() => Promise<void> | void)[];

/** Smaller than by default, so that messages evict members in a run of minutes. */
const EVICTING = { offlineMessageLimit: 10, realTimeGraceMs: 10_000, notifyMemberChanges: true };
const CHOSEN = { ...unlimited, sendsPerSecond: 100, ...EVICTING };
export const SETTINGS: Settings = { ...defaultSettings, ...CHOSEN };

/** The whole stack, with everything that stands between its parts. */
export interface Stage {
  readonly stack: LocalDeployment;
  readonly faults: Faults;
  readonly links: Links;
  readonly table: Table;
  readonly invocations: Invocations;
  /** What is written down now. */
  records: Records;
  /** The processes that run now. */
  pids(): number[];
  close(): Promise<void>;
}

export interface StageOptions {
  readonly random: () => number;
  readonly log: (line: string) => void;
}

export async function openStage({ random, log }: StageOptions): Promise<Stage> {
  const closers: Closers = [];
  let pids = (): number[] => [];
  const close = () => closeInTime(closers, pids(), log);
  const held = { records: new Records(0, Date.now, SETTINGS), gatewayPort: 0 };
  const faults = new Faults((kind: FaultKind) => held.records.fault(kind));
  try {
    const dataDir = mkdtempSync(join(tmpdir(), 'doorman-torture-'));
    closers.push(() => rmSync(dataDir, { recursive: true, force: true }));
    const webhook = await startWebhookReceiver((events) => held.records.webhook(events));
    closers.push(webhook.close);
    const table = await startTable(dataDir, faults);
    closers.push(table.close);
    const links = new Links(() => held.gatewayPort);
    await links.open();
    const invocations = new Invocations({ faults, links, records: () => held.records, random });
    let posts: HttpProxy | undefined;
    closers.push(() => posts?.close());
    const stack = await startLocal({
      port: 0,
      settings: { ...CHOSEN, webhookUrl: webhook.url },
      dynamodbEndpoint: table.endpoint,
      log,
      step: () => undefined,
      testing: {
        schedules: 'manual',
        disconnectDelivery: invocations.disconnectDelivery,
        aroundInvoke: invocations.around,
        connectionsPort: async (webSocketPort) => {
          held.gatewayPort = webSocketPort;
          const observer = {
            posted: (id: string, body: string) => held.records.posted(id, body),
            gone: (id: string) => held.records.gone(id),
            closed: (id: string) => held.records.closed(id),
          };
          posts = await startPosts(webSocketPort, faults, observer);
          return posts.port;
        },
      },
    });
    closers.push(stack.close, () => links.close());
    await table.follow((change) => held.records.wrote(change));
    pids = () => [table.pid(), ...stack.testing.pids()].filter((pid) => pid !== undefined);
    return Object.assign(held, { stack, faults, links, table, invocations, pids, close });
  } catch (error) {
    await close();
    throw error;
  }
}

/** A stack that does not end by itself is ended process by process. */
async function closeInTime(closers: Closers, pids: readonly number[], log: (line: string) => void): Promise<void> {
  const closeAll = async () => {
    while (closers.length > 0) await closers.pop()?.();
  };
  const tooLate = new AbortController();
  const outcome = await Promise.race([
    closeAll(),
    wait(CLOSING_MOST_MS, 'too late', { signal: tooLate.signal, ref: false }),
  ]);
  tooLate.abort();
  if (outcome !== 'too late') return;
  log(`unable to close the stack in time; ${closers.length} parts are open, and its processes are killed`);
  for (const pid of pids) kill(pid);
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {}
}
