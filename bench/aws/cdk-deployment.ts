import { type ChildProcess, spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as nextTurn, setTimeout as wait } from 'node:timers/promises';
import { ApiGatewayManagementApiClient } from '@aws-sdk/client-apigatewaymanagementapi';
import { synthesizeFacts } from './assembly.ts';
import type { FactsDeployment } from './run-facts.ts';

const projectRoot = join(import.meta.dirname, '..', '..');
const cdk = join(projectRoot, 'node_modules', 'aws-cdk', 'bin', 'cdk');

/** Deploys and deletes the stack by the CDK command line. */
export class CdkDeployment implements FactsDeployment {
  readonly stackName = `DoormanFacts-${randomBytes(4).toString('hex')}`;
  readonly #region: string;
  readonly #interrupted: AbortSignal;
  readonly #folder: string;
  #running: ChildProcess | undefined;
  #hasBegun: boolean = false;

  constructor(region: string, interrupted: AbortSignal) {
    this.#region = region;
    this.#interrupted = interrupted;
    const parent = join(projectRoot, '.doorman');
    mkdirSync(parent, { recursive: true });
    this.#folder = mkdtempSync(join(parent, 'facts-'));
    interrupted.addEventListener('abort', () => this.#running?.kill('SIGINT'), { once: true });
  }

  async deploy() {
    const token = randomBytes(24).toString('base64url');
    synthesizeFacts(join(this.#folder, 'assembly'), this.stackName, createHash('sha256').update(token).digest('hex'));
    if (process.exitCode) throw new Error('unable to deploy; cdk-nag has findings');
    // The synthesis blocks the process: a signal that came in between is handled in the next turn, which has not begun
    // where this one is within its polls.
    await nextTurn();
    await nextTurn();
    this.#interrupted.throwIfAborted();
    this.#hasBegun = true;
    const outputs = join(this.#folder, 'outputs.json');
    await this.#cdk('deploy', '--require-approval', 'never', '--outputs-file', outputs);
    const { WebSocketUrl = '', ConnectionsUrl = '' } = JSON.parse(readFileSync(outputs, 'utf8'))[this.stackName] ?? {};
    return {
      webSocketUrl: String(WebSocketUrl),
      token,
      connections: new ApiGatewayManagementApiClient({ endpoint: String(ConnectionsUrl), region: this.#region }),
      now: Date.now,
      pause: (ms: number) => wait(ms, undefined, { signal: this.#interrupted }),
    };
  }

  async destroy(): Promise<void> {
    try {
      if (this.#hasBegun) await this.#cdk('destroy', '--force');
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      throw new Error(
        `unable to delete the stack ${this.stackName} in ${this.#region}; if it is there, delete it by hand (${why})`,
      );
    } finally {
      rmSync(this.#folder, { recursive: true, force: true });
    }
  }

  /** In a process group of its own, so that a second Ctrl-C does not stop the deletion. */
  async #cdk(command: string, ...options: readonly string[]): Promise<void> {
    const args = [cdk, command, this.stackName, '--app', join(this.#folder, 'assembly'), ...options];
    const env = {
      ...process.env,
      AWS_REGION: this.#region,
      AWS_DEFAULT_REGION: this.#region,
      CDK_DISABLE_CLI_TELEMETRY: '1',
    };
    this.#running = spawn(process.execPath, args, { cwd: projectRoot, env, stdio: 'inherit', detached: true });
    const [code] = await once(this.#running, 'exit');
    this.#running = undefined;
    if (code !== 0) throw new Error(`cdk ${command} ended with ${code ?? 'a signal'}`);
  }
}
