import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { documentOpenApi, documentServerApi } from '../../bin/docs/documents.ts';
import { endpoints } from '../../lib/server-api/index.ts';
import { ApiCode } from '../../lib/server-api/refused-call.ts';
import { openApiFaults, operationsOf } from './open-api-check.ts';

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
const page = read('docs/server-api.md');
const openApiText = read('docs/openapi.json');

describe('docs/server-api.md', () => {
  it('matches the definitions; npm run docs writes it', () => {
    expect(documentServerApi(page)).toBe(page);
  });

  it('has every call, and every number of an error', () => {
    for (const { path } of endpoints) expect(page).toContain(`\n#### \`${path}\`\n`);
    for (const code of Object.values(ApiCode)) expect(page).toMatch(new RegExp(`\\| ${code} \\||"code":${code}`));
  });

  it('keeps what is not generated', () => {
    const emptied = page.replaceAll(/(<!-- [a-z-]+:begin -->)(?:.|\n)*?(<!-- [a-z-]+:end -->)/g, '$1$2');
    expect(emptied.length).toBeLessThan(page.length);
    expect(documentServerApi(emptied)).toBe(page);
    expect(() => documentServerApi(emptied.replace('<!-- calls:end -->', ''))).toThrow('no section calls');
  });
});

describe('docs/openapi.json', () => {
  const { version } = JSON.parse(read('package.json')) as { version: string };

  it('matches the definitions; npm run docs writes it', () => {
    expect(documentOpenApi(version)).toBe(openApiText);
  });

  it('is valid', () => {
    expect(openApiFaults(JSON.parse(openApiText))).toEqual([]);
    expect(operationsOf(JSON.parse(openApiText))).toHaveLength(endpoints.length);
  });

  it.each([
    ['"openapi": "3.1.0"', '"openapi": "2.0"', 'openapi is not 3.1'],
    ['"/chatroom/get.json"', '"chatroom/get.json"', 'chatroom/get.json is no plain path'],
    ['"operationId": "chatroomGet"', '"operationId": "chatroomQuery"', 'chatroomQuery comes twice'],
    ['#/components/responses/Unsigned', '#/components/responses/None', '#/components/responses/None leads nowhere'],
    ['"name": "Mutes"', '"name": "Others"', '/chatroom/user/gag/add.json has the unknown tag Mutes'],
    ['"SignatureVersion": []', '"Version": []', 'Version is no scheme'],
    ['"type": "integer"', '"type": "int"', 'has the type int'],
    ['"minItems"', '"minimumItems"', 'has the keyword minimumItems'],
  ])('is invalid with %s as %s', (good, bad, fault) => {
    expect(openApiText).toContain(good);
    const faults = openApiFaults(JSON.parse(openApiText.replace(good, bad)));
    expect(faults).toContainEqual(expect.stringContaining(fault));
  });

  it('says how lists and keyed values are written', () => {
    const { paths } = JSON.parse(openApiText) as { paths: Record<string, { post: object } | undefined> };
    const form = 'application/x-www-form-urlencoded';
    const bodyOf = (path: string) => ({ post: { requestBody: { content: { [form]: path } } } });
    expect(paths['/chatroom/create.json']).toMatchObject(
      bodyOf(expect.objectContaining({ encoding: { chatroom: { style: 'deepObject', explode: true } } })),
    );
    expect(paths['/chatroom/destroy.json']).toMatchObject(
      bodyOf(expect.objectContaining({ encoding: { chatroomId: { style: 'form', explode: true } } })),
    );
    expect(paths['/user/tag/set.json']?.post).toMatchObject({ requestBody: { content: { 'application/json': {} } } });
    expect(paths['/chatroom/keepalive/query.json']?.post).not.toHaveProperty('requestBody');
  });
});
