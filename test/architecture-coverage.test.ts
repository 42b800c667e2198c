import { describe, expect, it } from 'vitest';
import { endpoints } from '../lib/server-api/endpoints.ts';
import { stringsOf, uncalledPaths, uncalledStoreMethods, untestedActions } from './support/architecture-coverage.ts';
import { projectFiles, top } from './support/project-files.ts';

describe('what others can ask for', () => {
  it('of the store is called by its contract', () => {
    expect(uncalledStoreMethods(projectFiles(/^(lib|test)\/store\/.*\.ts$/))).toEqual([]);
  });

  it('of the server API is called by its tests', () => {
    const tests = projectFiles(/^test\/server-api\/.*\.ts$/);
    expect(
      uncalledPaths(
        endpoints.map(({ path }) => path),
        tests,
      ),
    ).toEqual([]);
  });

  it('by a frame is in the tests of the protocol', () => {
    const actions = stringsOf('ClientAction', projectFiles(/^lib\/protocol\/.*\.ts$/), top);
    expect(actions).toEqual(expect.arrayContaining(['join', 'send', 'beat']));
    expect(untestedActions(actions, projectFiles(/^test\/protocol\/.*\.ts$/))).toEqual([]);
  });
});

describe('the check of coverage', () => {
  const rooms =
    'export interface Rooms { getRoom(room: string): Promise<string>; loseRoom: (room: string) => Promise<void> }';
  const contract = { path: 'test/store/room-contract.ts', text: "await store().getRoom('r'); // store().loseRoom()" };

  it('reports a method of the store that no contract calls', () => {
    const files = [{ path: 'lib/store/rooms.ts', text: rooms }, contract];
    expect(uncalledStoreMethods(files)).toEqual(['lib/store/rooms.ts Rooms.loseRoom']);
  });

  it('accepts what is called, what is data, and what only the DynamoDB version has', () => {
    const files = [
      {
        path: 'lib/store/rooms.ts',
        text: 'export interface Rooms { getRoom(): string } interface Page { readonly size: number }',
      },
      { path: 'lib/store/dynamodb/rooms.ts', text: 'interface Row { write(): void }' },
      { path: 'lib/store/dynamodb/rooms.ts', text: 'interface Row { write(): void }' },
      contract,
    ];
    expect(uncalledStoreMethods(files)).toEqual([]);
  });

  it('reports a path of the server API that no test calls', () => {
    const text = "await api.call('/chatroom/create.json', {}); // '/chatroom/new.json'";
    const tests = [{ path: 'test/server-api/rooms.test.ts', text }];
    expect(uncalledPaths(['/chatroom/create.json', '/chatroom/new.json'], tests)).toEqual(['/chatroom/new.json']);
  });

  it('reports a frame that no test names, whichever file and type it comes from', () => {
    const frames = [
      { path: 'lib/protocol/schemas.ts', text: 'export const schemas = { join: 1, dance: 2 } as const;' },
      {
        path: 'lib/protocol/frames.ts',
        text: "import type { schemas } from './schemas.ts';\nexport type ClientAction = keyof typeof schemas | 'beat';",
      },
    ];
    const tests = [
      { path: 'test/protocol/parse-frame.test.ts', text: "parse({ action: 'join' }); parse({ action: 'beat' });" },
    ];
    const actions = stringsOf('ClientAction', frames, '/project');
    expect(new Set(actions)).toEqual(new Set(['join', 'dance', 'beat']));
    expect(untestedActions(actions, tests)).toEqual(['dance']);
  });
});
