import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AppServer } from '../../bin/scenario/app-server.ts';
import { EventLog } from '../../bin/scenario/event-log.ts';
import { type LocalDeployment, startLocal } from '../../bin/start-local.ts';
import { issueToken } from '../../lib/handlers/token.ts';
import { unlimited } from '../support/unlimited.ts';

const SETTINGS = { ...unlimited, sendsPerSecond: 200, notifyMemberChanges: true, oneDevicePerPlatform: true };

/** The stack on this machine, which can be restarted, and whose clock the test moves. */
export class Deployment {
  /** The server has noticed the end of a connection. */
  readonly disconnects = new EventLog<number>();
  readonly #dataDir = mkdtempSync(join(tmpdir(), 'doorman-bad-networks-'));
  readonly #log: string[] = [];
  #stack: LocalDeployment | undefined;
  #aheadMs = 0;

  readonly now = (): number => Date.now() + this.#aheadMs;

  get stack(): LocalDeployment {
    if (this.#stack === undefined) throw new Error('unable to use the stack; it does not run');
    return this.#stack;
  }

  get appServer(): AppServer {
    return new AppServer(this.stack);
  }

  get webSocketPort(): number {
    return Number(new URL(this.stack.webSocketUrl).port);
  }

  /** The log lines about calls that a function had no grant for. */
  get denials(): readonly string[] {
    return this.#log.filter((line) => /AccessDenied|not authorized/i.test(line));
  }

  async start(): Promise<void> {
    this.#stack = await startLocal({
      ...{ port: 0, settings: SETTINGS, dataDir: this.#dataDir, now: this.now, step: () => undefined },
      log: (line) => this.#log.push(line),
      testing: {
        schedules: 'manual',
        disconnectDelivery: async (deliver) => {
          await deliver();
          this.disconnects.add(this.disconnects.all.length + 1);
        },
      },
    });
  }

  /** Every connection ends, and a server with the same data takes over. */
  async restart(): Promise<void> {
    await this.stack.close();
    await this.start();
  }

  /** Moves the clock of the server. */
  pass(ms: number): void {
    this.#aheadMs += ms;
  }

  /** Runs what ends connections; resolves when the server has noticed the end of `count` of them. */
  async noticesEnd(count: number, end: () => void): Promise<void> {
    const before = this.disconnects.all.length;
    end();
    await this.disconnects.until(`the end of ${count} connections`, (noticed) => noticed >= before + count);
  }

  token(userId: string, lifeSec: number): Promise<string> {
    const { appKey, appSecret } = this.stack;
    return issueToken(userId, appKey, appSecret, this.now(), lifeSec);
  }

  async close(): Promise<void> {
    await this.#stack?.close();
    rmSync(this.#dataDir, { recursive: true, force: true });
  }
}
