import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { cdkContext } from '../../bin/stage/cdk-context.ts';
import { settingsOfContext } from '../../bin/stage/command-line.ts';
import { readStage } from '../../bin/stage/stage.ts';
import { top } from '../support/project-files.ts';

const folder = mkdtempSync(join(tmpdir(), 'doorman-stages-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Reads a file with this content. */
function read(content: unknown) {
  writeFileSync(join(folder, 'mine.json'), typeof content === 'string' ? content : JSON.stringify(content));
  return readStage(folder, 'mine');
}

describe('a settings file', () => {
  const whole = {
    stackName: 'Chat-2',
    env: { account: '123456789012', region: 'eu-west-1' },
    tags: { team: 'live' },
    settings: { offlineGraceMs: 5_000, multipleRooms: true, appKey: 'mine' },
  };

  it('is read as it is', () => {
    expect(read(whole)).toEqual(whole);
  });

  it('needs a stack name and settings only', () => {
    expect(read({ stackName: 'A', settings: {} })).toEqual({ stackName: 'A', env: {}, tags: {}, settings: {} });
  });

  it.each([
    ['{', 'it is no JSON'],
    ['[]', 'stackName is missing'],
    ['7', 'it '],
    [{ settings: {} }, 'stackName is missing'],
    [{ stackName: 'A' }, 'settings is missing'],
    [{ ...whole, stackName: 7 }, 'stackName must be a letter and then letters, digits or -'],
    [{ ...whole, stackName: 'my chat' }, 'stackName must be a letter and then letters, digits or -'],
    [{ ...whole, setting: {} }, 'setting is no name of it'],
    [{ ...whole, env: { account: 123456789012 } }, 'env.account must be the 12 digits of an account, as text'],
    [{ ...whole, env: { regoin: 'eu-west-1' } }, 'env.regoin is no name of it'],
    [{ ...whole, env: { region: 'Ireland' } }, 'env.region must be a Region such as eu-west-1'],
    [{ ...whole, tags: { team: 1 } }, 'tags.team must be a text'],
    [{ ...whole, settings: { multipleRoomz: true } }, 'unable to use setting multipleRoomz; the settings are '],
    [{ ...whole, settings: { toString: 'x' } }, 'unable to use setting toString; the settings are '],
    [{ ...whole, settings: { multipleRooms: 'true' } }, 'setting multipleRooms must be a boolean, not "true"'],
    [{ ...whole, settings: { offlineGraceMs: '5000' } }, 'setting offlineGraceMs must be a number, not "5000"'],
    [{ ...whole, settings: { appKey: null } }, 'setting appKey must be a string, not null'],
    [{ ...whole, settings: { sendsPerSecond: 0 } }, 'unable to use setting sendsPerSecond; it must be a whole number'],
  ])('%j is refused in one sentence', (content, why) => {
    expect(() => read(content)).toThrow(/^unable to use settings\/mine\.json; [^\n]+$/);
    expect(() => read(content)).toThrow(`unable to use settings/mine.json; ${why}`);
  });

  it.each([
    ['none', 'unable to use settings/none.json; there is no such file'],
    ['../dev', 'unable to use stage "../dev"; it must be a letter and then letters, digits or -'],
    ['', 'unable to use stage ""; it must be a letter and then letters, digits or -'],
  ])('for the stage %j is refused', (name, sentence) => {
    expect(() => readStage(folder, name)).toThrow(new Error(sentence));
  });

  it('of the project is right, and each has a stack of its own', () => {
    const stages = readdirSync(join(top, 'settings')).map((file) =>
      readStage(join(top, 'settings'), file.replace('.json', '')),
    );
    expect(stages.map(({ stackName }) => stackName)).toEqual(['ChatroomDev', 'Chatroom']);
  });
});

describe('the command line', () => {
  it('chooses a stage and settings beside the names of the CDK', () => {
    const context = { ...cdkContext(), 'aws:cdk:enable-path-metadata': true, 'hosted-zone:a=1': {} };
    expect(settingsOfContext({ ...context, stage: 'dev', multipleRooms: 'true' })).toEqual({ multipleRooms: 'true' });
  });

  it.each(['multipleRoomz', 'Stage', 'tableName'])('is refused with the unknown name %s', (name) => {
    expect(() => settingsOfContext({ [name]: 'true' })).toThrow(
      `unable to use setting ${name}; the settings are stage, `,
    );
  });

  it.each([
    [{ multipleRoomz: 'true' }, 'unable to use setting multipleRoomz; the settings are stage, '],
    [{ stage: 'nowhere' }, 'unable to use settings/nowhere.json; there is no such file'],
  ])('stops the deployment with %j, in one line', (context, sentence) => {
    const env = { ...process.env, CDK_CONTEXT_JSON: JSON.stringify(context) };
    const run = spawnSync(process.execPath, ['--import', 'tsx', 'bin/chatroom.ts'], {
      cwd: top,
      env,
      encoding: 'utf8',
    });
    expect([run.status, run.stdout]).toEqual([1, '']);
    expect(run.stderr).toContain(sentence);
    expect(run.stderr.trim().split('\n')).toHaveLength(1);
  });
});

describe('cdk.json', () => {
  it('turns on every recommended feature flag but the collection of metadata, and reports nothing', () => {
    const page = (path: string) => JSON.parse(readFileSync(join(top, path), 'utf8'));
    const recommended = page('node_modules/aws-cdk-lib/recommended-feature-flags.json');
    expect(cdkContext()).toEqual({
      ...recommended,
      '@aws-cdk/core:enableAdditionalMetadataCollection': false,
      'cli-telemetry': false,
    });
    expect(page('cdk.json').versionReporting).toBe(false);
  });
});
