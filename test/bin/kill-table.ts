import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { untilFound, untilGone } from '../support/processes.ts';
import type { Starter, StartRun } from './start-run.ts';

/** A way to end `npm start`, and what is left of it: never a process. */
export interface KillRow {
  readonly id: string;
  readonly starter: Starter;
  /** What happens before: by default it starts and runs, with a Lambda process for each API. */
  readonly when?: 'synthesis' | 'no start';
  readonly prepare?: (folder: string) => void;
  readonly act: (run: StartRun) => Promise<void> | void;
  /** What it prints when it ends by itself. */
  readonly says?: RegExp;
  readonly left: readonly string[];
}

const data = ['data/dynamodb.sqlite', 'data/secrets.json'];
/** Nothing could be removed; the next start does it. */
const dataAndTraces = ['data/doorman.lock', ...data, 'local.json'];

const HANDSHAKE = [
  'GET /prod?token=none HTTP/1.1',
  'Host: 127.0.0.1',
  'Connection: Upgrade',
  'Upgrade: websocket',
  'Sec-WebSocket-Version: 13',
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
];

/** Opens connections that leave before they are answered: some cleanly, some not, some in mid-request. */
async function abortHandshakes(run: StartRun): Promise<void> {
  const { hostname, port } = new URL(run.address('clients'));
  for (let each = 0; each < 12; each += 1) {
    const socket = connect(Number(port), hostname).on('error', () => {});
    await once(socket, 'connect');
    const isWhole = each % 4 !== 0;
    socket.write(`${HANDSHAKE.join('\r\n')}${isWhole ? '\r\n\r\n' : ''}`, () => {
      if (each % 4 === 1) socket.resetAndDestroy();
      if (each % 4 === 2) socket.end();
      if (each % 4 === 3) socket.destroy();
    });
  }
}

/** As AWS does, the deployment replaces a Lambda process that ended. */
async function killLambdas(run: StartRun): Promise<void> {
  const killed = run.processes('lambda');
  if (killed.length < 2) throw new Error(`unable to kill each Lambda; ${killed.length} run`);
  for (const { pid } of killed) process.kill(pid, 'SIGKILL');
  await untilGone(killed);
  const { status } = await fetch(`${run.address('server API')}/chatroom/get.json`, { method: 'POST' });
  if (status !== 401) throw new Error(`unable to call the server API; it answers ${status}`);
}

/** Kills what started it: the shell, or the terminal. */
function killStarter(run: StartRun): void {
  // Later they have no parent by which to be found.
  run.processes();
  process.kill(run.pid, 'SIGKILL');
}

export const killTable: readonly KillRow[] = [
  { id: 'Ctrl-C', starter: 'npm', act: (run) => run.killGroup('SIGINT'), left: data },
  {
    id: 'Ctrl-C after aborted handshakes',
    starter: 'npm',
    act: async (run) => {
      await abortHandshakes(run);
      run.killGroup('SIGINT');
    },
    left: data,
  },
  {
    id: 'Ctrl-C, which npm passes on once more',
    starter: 'npm',
    act: (run) => {
      run.killGroup('SIGINT');
      run.killGroup('SIGINT');
    },
    left: data,
  },
  {
    id: 'npm start & kill: SIGTERM to npm alone',
    starter: 'npm',
    act: (run) => run.kill('npm', 'SIGTERM'),
    left: data,
  },
  { id: 'kill -9 of npm', starter: 'npm', act: (run) => run.kill('npm', 'SIGKILL'), left: data },
  {
    id: 'kill -9 of the shell that waits for npm',
    starter: 'shell',
    act: killStarter,
    left: data,
  },
  {
    id: 'its terminal is closed',
    starter: 'terminal',
    act: killStarter,
    left: data,
  },
  { id: 'SIGTERM to the launcher', starter: 'node', act: (run) => run.kill('launcher', 'SIGTERM'), left: data },
  { id: 'SIGHUP to the launcher', starter: 'node', act: (run) => run.kill('launcher', 'SIGHUP'), left: data },
  {
    id: 'kill -9 of the launcher',
    starter: 'node',
    act: (run) => run.kill('launcher', 'SIGKILL'),
    left: dataAndTraces,
  },
  {
    id: 'kill -9 of all that runs on Node',
    starter: 'npm',
    act: (run) => {
      const parts = (['npm', 'launcher', 'lambda'] as const).flatMap((part) => run.processes(part));
      for (const { pid } of parts) process.kill(pid, 'SIGKILL');
    },
    left: dataAndTraces,
  },
  {
    id: 'kill -9 of each Lambda process, then Ctrl-C',
    starter: 'npm',
    act: async (run) => {
      await killLambdas(run);
      run.killGroup('SIGINT');
    },
    left: data,
  },
  {
    id: 'kill -9 of the emulator',
    starter: 'node',
    act: (run) => run.kill('emulator', 'SIGKILL'),
    says: /^unable to go on; DynamoDB has ended \(SIGKILL\)$/m,
    left: data,
  },
  {
    id: 'kill -9 of the guards of emulator and Lambdas',
    starter: 'node',
    act: (run) => run.kill('guard', 'SIGKILL'),
    says: /^unable to go on; DynamoDB has ended \(SIGKILL\)$/m,
    left: data,
  },
  {
    id: 'SIGTERM to npm while the stack is synthesized',
    starter: 'npm',
    when: 'synthesis',
    act: (run) => run.kill('npm', 'SIGTERM'),
    left: [],
  },
  {
    id: 'kill -9 of the launcher while the stack is synthesized',
    starter: 'node',
    when: 'synthesis',
    act: (run) => run.kill('launcher', 'SIGKILL'),
    left: ['assembly'],
  },
  {
    id: 'a fault while it starts: a damaged file, found when the emulator runs',
    starter: 'node',
    when: 'no start',
    prepare: (folder) => {
      mkdirSync(join(folder, 'data'));
      writeFileSync(join(folder, 'data', 'secrets.json'), '{"damaged":');
    },
    act: async (run) => {
      await run.ended;
    },
    says: /^unable to use \S+secrets\.json; it is not JSON \(it is kept as it is: .*\)$/m,
    left: data,
  },
];

/** Resolves once it synthesizes, in a process of its own. */
export const untilSynthesis = (run: StartRun): Promise<unknown> =>
  untilFound(() => (run.processes('synthesis').length > 0 ? true : undefined));

/** Starts a Lambda process behind each API. */
export async function useBothApis(run: StartRun): Promise<void> {
  await fetch(`${run.address('server API')}/chatroom/get.json`, { method: 'POST' });
  const { hostname, port } = new URL(run.address('clients'));
  const socket = connect(Number(port), hostname);
  socket.resume().write(`${HANDSHAKE.join('\r\n')}\r\n\r\n`);
  await once(socket, 'close');
}
