import { describe, expect, it } from 'vitest';
import { endpoints } from '../lib/server-api/endpoints.ts';
import { uncalledPaths, uncalledStoreMethods } from './support/architecture-coverage.ts';
import { projectFiles } from './support/project-files.ts';

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
      { path: 'lib/store/dynamodb-rooms.ts', text: 'interface Row { write(): void }' },
      contract,
    ];
    expect(uncalledStoreMethods(files)).toEqual([]);
  });

  it('reports a path of the server API that no test calls', () => {
    const text = "await api.call('/chatroom/create.json', {}); // '/chatroom/new.json'";
    const tests = [{ path: 'test/server-api/rooms.test.ts', text }];
    expect(uncalledPaths(['/chatroom/create.json', '/chatroom/new.json'], tests)).toEqual(['/chatroom/new.json']);
  });
});
