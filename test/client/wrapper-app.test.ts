import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { expect, it } from 'vitest';
import { WebSocket } from 'ws';
import * as client from '../../lib/client/index.ts';

const pathOf = (file: string) => fileURLToPath(new URL(file, import.meta.url));
const folder = './wrapper-app';

/** What TypeScript finds wrong in a file of an app in strict mode. */
function faultsOf(file: string, options: ts.CompilerOptions): string[] {
  const program = ts.createProgram([pathOf(file)], {
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    strict: true,
    noEmit: true,
    allowImportingTsExtensions: true,
    types: [],
    ...options,
  });
  return ts
    .getPreEmitDiagnostics(program)
    .map(({ file: at, messageText }) => `${at?.fileName ?? ''}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`);
}

it.each([{}, { exactOptionalPropertyTypes: true, noUncheckedIndexedAccess: true }])(
  "an app written for RongCloud's wrapper compiles unchanged with %o",
  (options) => {
    expect(faultsOf(`${folder}/app.ts`, options)).toEqual([]);
  },
);

it('what does not compile is listed', () => {
  expect(faultsOf(`${folder}/not-offered.ts`, {})).toEqual([]);
  const page = readFileSync(pathOf('../../docs/client-interface.md'), 'utf8');
  const calls = readFileSync(pathOf(`${folder}/not-offered.ts`), 'utf8').matchAll(
    /@ts-expect-error.*\n.*engine\.(\w+)\(/g,
  );
  const names = [...calls].map(([, name]) => name ?? '');
  expect(names.length).toBeGreaterThan(15);
  expect(names.filter((name) => !page.includes(`\`${name}\``))).toEqual([]);
});

it('every public call and listener is in the table', () => {
  const page = readFileSync(pathOf('../../docs/client-interface.md'), 'utf8');
  const calls = Object.keys(client.createEngine('key', { server: 'ws://127.0.0.1', WebSocket }));
  expect(calls).toEqual(expect.arrayContaining(['joinChatRoom', 'setOnMessageSentListener']));
  expect(calls.filter((name) => !page.includes(`\`${name}\``))).toEqual([]);
});

const enums = Object.entries(client).filter(([, value]) => typeof value === 'object');

it.each(enums)('%s is a number by name and a name by number', (_name, value) => {
  const numbers = Object.entries(value).filter(([, each]) => typeof each === 'number');
  expect(numbers.length).toBeGreaterThan(1);
  for (const [name, number] of numbers) expect((value as Record<number, string>)[number as number]).toBe(name);
});

it('there are all enums of the chatroom part', () => {
  expect(enums.map(([name]) => name).sort()).toEqual([
    'RCIMIWChatRoomEntriesOperationType',
    'RCIMIWChatRoomMemberActionType',
    'RCIMIWChatRoomMemberBanType',
    'RCIMIWChatRoomMemberOperateType',
    'RCIMIWChatRoomStatus',
    'RCIMIWChatRoomSyncStatus',
    'RCIMIWChatRoomSyncStatusReason',
    'RCIMIWConnectionStatus',
    'RCIMIWConversationType',
    'RCIMIWCustomMessagePolicy',
    'RCIMIWErrorCode',
    'RCIMIWMentionedType',
    'RCIMIWMessageBlockType',
    'RCIMIWMessageDirection',
    'RCIMIWMessageType',
    'RCIMIWReceivedStatus',
    'RCIMIWSentStatus',
    'RCIMIWTimeOrder',
    'RCIMIWVIVOPushType',
  ]);
});
