import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { documentClientReference } from '../../bin/docs/documents.ts';
import * as client from '../../lib/client/index.ts';
import { Code } from '../../lib/protocol/codes.ts';
import { top } from '../support/project-files.ts';

const page = readFileSync(join(top, 'docs/client-reference.md'), 'utf8');

/** Names of the language, and of members and parameters: they need no section. */
const OF_LANGUAGE: readonly string[] = [
  ...['AsyncIterable', 'Error', 'Map', 'Pick', 'Promise', 'Readonly', 'ReadonlyMap', 'Record', 'Required', 'TypeError'],
  ...['Item', 'RCIMIWEngine', 'Remove', 'Update', 'WebSocket'],
];

/** What the package does not offer to apps, though its own classes have it. */
const INNER = ['constructor', 'isDestroyed', 'userId', 'later', 'inRoom', 'call'];

function methodsOfEngine(): readonly string[] {
  const engine = client.createEngine('', { server: 'wss://chat.example', WebSocket: WebSocket as never });
  return Object.getOwnPropertyNames(engine);
}

describe('docs/client-reference.md', () => {
  it('matches the declarations; npm run docs writes it', () => {
    expect(documentClientReference(page, top)).toBe(page);
  });

  it('has every call and listener, every exported value and every code', () => {
    expect(methodsOfEngine().length).toBeGreaterThan(45);
    for (const name of methodsOfEngine()) expect(page).toContain(`\n### \`${name}(`);
    for (const name of Object.keys(client)) expect(page).toMatch(new RegExp(`\\n### \`${name}[\`(.]`));
    for (const code of Object.values(Code)) expect(page).toContain(`\n| ${code} | `);
  });

  it('defines every type that it names', () => {
    const spans = [...page.matchAll(/`([^`\n]+)`/g)].map(([, span = '']) => span.replace(/'[^']*'|RC:\w+/g, ''));
    const named = new Set(spans.flatMap((span) => span.match(/\b(?:[A-Z]+[a-z]+)+[A-Z]*\b/g) ?? []));
    const unknown = [...named].filter((name) => !page.includes(`\n### \`${name}\``) && !OF_LANGUAGE.includes(name));
    expect(unknown).toEqual([]);
  });

  it('says what an app does for each reason of an end', () => {
    const reasons = page.split('\n### `EndReason`')[1]?.split('\n### ')[0];
    for (const reason of ['left', 'offline', 'blocked', 'destroyed']) {
      expect(reasons).toMatch(new RegExp(`\n\\| \`'${reason}'\` \\| .{20}`));
    }
    expect(reasons).toContain('one that it does not know');
  });

  it('says the same of 30002 as docs/protocol.md', () => {
    const protocol = readFileSync(join(top, 'docs/protocol.md'), 'utf8');
    expect(protocol).toContain(`| 30002 | UNAVAILABLE | made by the client: ${client.describeCode(30002)} |`);
  });

  it('has nothing that apps cannot use', () => {
    const inner = INNER.map((name) => `### \`${name}(`);
    expect(inner.filter((heading) => page.includes(heading))).toEqual([]);
  });

  it('says what a call takes and where its outcome arrives', () => {
    const join = page.split('\n### `joinChatRoom(')[1]?.split('\n### ')[0];
    expect(join).toContain('| `messageCount` | `number` |');
    expect(join).toContain(
      '| `onChatRoomJoined` | `(code: number, targetId: string) => void` | `setOnChatRoomJoinedListener` |',
    );
  });

  it('leaves no callback of a call without the listener that replaces it', () => {
    const rows = [...page.matchAll(/^\| `(on\w+)` \| `\(.*\) => void` \| (.*?) \|/gm)];
    const alone = rows.filter(([, , setter]) => setter === '').map(([, name]) => name);
    // Nothing calls these, or nobody needs the outcome: a signal is over by then.
    expect(new Set(alone)).toEqual(
      new Set([
        'onSignalSent',
        'onDatabaseOpened',
        'onMediaMessageSaved',
        'onMediaMessageSent',
        'onMediaMessageSending',
        'onSendingMediaMessageCanceled',
      ]),
    );
  });
});
