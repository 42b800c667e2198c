import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { documentSettings } from '../../bin/docs/documents.ts';
import { settingDefinitions, settingNames, settingsOfLambdas } from '../../lib/domain/settings.ts';
import { readSettings } from '../../lib/infra/settings.ts';

// Written by hand, so that no default and no range changes unnoticed.

/** Name, default, least, most. */
const wholes = [
  ['offlineGraceMs', 30_000, 0, 86_400_000],
  ['offlineMessageLimit', 31, 1, 1_000_000],
  ['maxAllowlistedUsers', 5, 0, 1_000],
  ['historyRetentionDays', 60, 1, 3_650],
  ['sendsPerSecond', 5, 1, 200],
  ['signalsPerSecond', 2, 0, 200],
  ['joinsPerMinute', 60, 0, 100_000],
  ['newRoomsPerMinute', 10, 0, 100_000],
  ['leavesPerMinute', 60, 0, 100_000],
  ['historyReadsPerMinute', 120, 0, 100_000],
  ['repairsPerMinute', 300, 0, 100_000],
  ['attributeChangesPerMinute', 120, 0, 100_000],
  ['recallsPerMinute', 60, 0, 100_000],
  ['infoReadsPerMinute', 30, 0, 100_000],
  ['pingsPerMinute', 60, 0, 100_000],
  ['connectsPerMinute', 30, 0, 100_000],
  ['maxRoomsPerConnection', 100, 0, 1_000],
  ['maxConnectionsPerUser', 10, 0, 1_000],
  ['tokenLifeSec', 86_400, 1, 31_536_000],
  ['connectionLifeMs', 7_500_000, 1_000, 86_400_000],
  ['roomMessageQuota', 40, 0, 10_000],
  ['serverApiCallsPerSec', 100, 0, 10_000],
  ['signatureMaxAgeSec', 0, 0, 86_400],
  ['maxKeptRooms', 5, 0, 1_000],
  ['postsPerSecond', 8_000, 1, 1_000_000],
  ['maxEntriesPerRoom', 100, 1, 1_000],
  ['destroyAfterMin', 60, 60, 10_080],
  ['realTimeGraceMs', 60_000, 0, 140_000],
  ['presenceDelayMs', 0, 0, 600_000],
  ['messageHookTimeoutMs', 2_000, 100, 5_000],
  ['roomMemberLimit', 0, 0, 1_000_000],
  ['sweepShards', 2, 2, 128],
  ['socketRequestsPerSec', 8_000, 1, 100_000],
  ['socketBurst', 4_000, 1, 100_000],
  ['serverApiRequestsPerSec', 500, 1, 100_000],
  ['serverApiBurst', 250, 1, 100_000],
  ['connectConcurrency', 0, 0, 10_000],
  ['messageConcurrency', 0, 0, 10_000],
  ['deliverConcurrency', 0, 0, 10_000],
  ['sweepConcurrency', 0, 0, 10_000],
  ['serverApiConcurrency', 0, 0, 10_000],
  ['changesConcurrency', 0, 0, 10_000],
  ['authorizeMemoryMb', 512, 128, 10_240],
  ['connectMemoryMb', 512, 128, 10_240],
  ['disconnectMemoryMb', 512, 128, 10_240],
  ['messageMemoryMb', 1_769, 128, 10_240],
  ['deliverMemoryMb', 1_769, 128, 10_240],
  ['watchMemoryMb', 256, 128, 10_240],
  ['sweepMemoryMb', 512, 128, 10_240],
  ['serverApiMemoryMb', 512, 128, 10_240],
  ['changesMemoryMb', 512, 128, 10_240],
  ['webhookMemoryMb', 512, 128, 10_240],
  ['logRetentionDays', 30, 1, 3_653],
  ['spendAlarmUsdPerHour', 20, 0, 100_000],
] as const;

/** Name, default. */
const flags = [
  ['membersOnlySend', true],
  ['multipleRooms', false],
  ['leaveEndsAllDevices', false],
  ['notifyMemberChanges', false],
  ['singleUseNonces', false],
  ['strongSignaturesOnly', false],
  ['realTimeKickOut', false],
  ['oneDevicePerPlatform', true],
  ['refuseSecondLogin', false],
  ['multiLoginSync', false],
  ['memberProfiles', false],
  ['leanPosts', true],
  ['acceptIfHookFails', true],
  ['manageApiLogging', true],
  ['keepData', true],
  ['protectTable', true],
  ['tracing', false],
  ['gradualDeployment', false],
] as const;

/** Name, default. */
const texts = [
  ['appKey', 'doorman'],
  ['allowedOrigins', ''],
  ['webhookUrl', ''],
  ['messageHook', ''],
  ['tableStreamArn', ''],
  ['secretArn', ''],
  ['alarmTopicArn', ''],
] as const;

const byDefault = Object.fromEntries([...wholes, ...flags, ...texts].map(([name, value]) => [name, value]));

describe('a deployment that chooses nothing', () => {
  it('has these settings and no other', () => {
    expect(readSettings({})).toEqual(byDefault);
    expect(new Set(settingNames)).toEqual(new Set(Object.keys(byDefault)));
  });
});

describe('the table of settings in the docs', () => {
  const page = readFileSync(new URL('../../docs/settings.md', import.meta.url), 'utf8');

  it('is what the definitions say; npm run docs writes it', () => {
    expect(documentSettings(page)).toBe(page);
  });

  it('has these values', () => {
    expect(page).toContain('\n| `offlineMessageLimit` | 31 | 1 to 1,000,000 messages | ');
    expect(page).toContain('\n| `joinsPerMinute` | 60 | 0 to 100,000 a minute; 0: no limit | ');
    expect(page).toContain('\n| `membersOnlySend` | true | true or false | ');
    expect(page).toContain('\n| `allowedOrigins` | empty | origins separated by commas | ');
  });

  it.each(settingNames)('explains %s in a sentence of at most 120 characters', (name) => {
    expect(settingDefinitions[name].meaning).toMatch(/^[A-Z].{1,118}\.$/);
  });
});

describe('readSettings', () => {
  it('takes text, as from the command line, and typed values', () => {
    const fromText = readSettings({ offlineGraceMs: '5000', multipleRooms: 'true', appKey: 'my-app' });
    expect(fromText).toEqual(readSettings({ offlineGraceMs: 5000, multipleRooms: true, appKey: 'my-app' }));
    expect(fromText).toMatchObject({ offlineGraceMs: 5000, multipleRooms: true, appKey: 'my-app' });
  });

  it('reads what it wrote', () => {
    expect(readSettings(JSON.parse(JSON.stringify(readSettings({}))))).toEqual(byDefault);
  });

  it('takes the default for a value that is undefined', () => {
    expect(readSettings({ appKey: undefined }).appKey).toBe('doorman');
  });

  it('takes a list of origins and removes the blanks', () => {
    expect(readSettings({ allowedOrigins: 'https://a.example, http://localhost:8080' }).allowedOrigins).toBe(
      'https://a.example,http://localhost:8080',
    );
  });

  it.each([
    '',
    'https://app.example.com/doorman?key=a%20b',
    'http://127.0.0.1:8080/events',
    'http://localhost/events',
    `https://a.example/${'p'.repeat(482)}`,
  ])('takes the webhook %j as it is', (webhookUrl) => {
    expect(readSettings({ webhookUrl }).webhookUrl).toBe(webhookUrl);
  });

  it('leaves a fourth of the 4 KB of a Lambda to its other variables, whatever the settings', () => {
    const longest = readSettings({
      ...Object.fromEntries(flags.map(([name]) => [name, false])),
      ...Object.fromEntries(wholes.map(([name, , , max]) => [name, max])),
      appKey: 'a'.repeat(64),
      webhookUrl: 'https://a.example/',
      allowedOrigins: `http://${'a'.repeat(993)}`,
    });
    expect(Buffer.byteLength(JSON.stringify(settingsOfLambdas(longest)))).toBeLessThan(3 * 1024);
  });

  it.each(wholes)('takes %s, by default %i, from %i to %i and nothing beyond', (name, _byDefault, min, max) => {
    const webhookUrl = 'https://a.example/';
    const read = (value: unknown) => readSettings({ webhookUrl, [name]: value })[name];
    expect([read(min), read(`${max}`)]).toEqual([min, max]);
    for (const beyond of [min - 1, max + 1]) {
      expect(() => readSettings({ [name]: beyond })).toThrow(
        `unable to use setting ${name}; it must be a whole number from ${min} to ${max}, not ${beyond}`,
      );
    }
  });

  it('takes a delay of presence from a second on, and only with a webhook', () => {
    const webhookUrl = 'https://a.example/';
    expect(readSettings({ webhookUrl, presenceDelayMs: '1000' }).presenceDelayMs).toBe(1_000);
    expect(() => readSettings({ webhookUrl, presenceDelayMs: 999 })).toThrow(
      new Error('unable to use setting presenceDelayMs; it must be 0, or from 1000 to 600000, not 999'),
    );
    expect(() => readSettings({ presenceDelayMs: 1_000 })).toThrow(
      new Error('unable to use setting presenceDelayMs; it needs webhookUrl, where the events are posted'),
    );
  });

  it.each(flags)('takes %s as true or false and nothing else', (name) => {
    expect([readSettings({ [name]: 'true' })[name], readSettings({ [name]: false })[name]]).toEqual([true, false]);
    expect(() => readSettings({ [name]: 1 })).toThrow(`unable to use setting ${name}; it must be true or false, not 1`);
  });

  const address = 'it must be an ASCII URL of at most 500 characters such as https://app.example.com/events';
  const start = 'it must start with https://, or with http:// and 127.0.0.1 or localhost';
  const noUser = 'it must hold no user name and no password';
  it.each([
    ['app.example.com', address],
    ['https://', address],
    [`https://a.example/${'p'.repeat(483)}`, address],
    ['https://a.example/a b', address],
    ['https://a.example/"', address],
    ['https://a.example/ü', address],
    [true, address],
    ['http://a.example/events', start],
    ['http://127.0.0.1.a.example/', start],
    ['http://localhost@a.example/', start],
    ['ftp://a.example/', start],
    ['javascript:alert(1)', start],
    ['https://me@a.example/', noUser],
    ['https://:secret@a.example/', noUser],
    ['http://me:secret@localhost/', noUser],
  ])('refuses the webhook %j with a sentence that does not repeat it', (webhookUrl, why) => {
    expect(() => readSettings({ webhookUrl })).toThrow(new Error(`unable to use setting webhookUrl; ${why}`));
  });

  const streamArn =
    'arn:aws-cn:dynamodb:cn-north-1:123456789012:table/Chatroom-Rooms_1.x/stream/2026-01-01T00:00:00.000';
  const secretArn = 'arn:aws:secretsmanager:us-gov-west-1:123456789012:secret:AppSecret6841CEBE-x/y-AbCd12';

  const alarmTopicArn = 'arn:aws:sns:eu-west-1:123456789012:On-Call_1';

  it('takes whole ARNs of a stream, of a secret and of a topic', () => {
    const chosen = { tableStreamArn: streamArn, secretArn, alarmTopicArn };
    expect(readSettings(chosen)).toMatchObject(chosen);
  });

  it.each([
    ['tableStreamArn', secretArn],
    ['tableStreamArn', streamArn.replace(/\/stream.*/, '')],
    ['tableStreamArn', `${streamArn} `],
    ['tableStreamArn', streamArn.replace('123456789012', '1')],
    ['tableStreamArn', true],
    ['secretArn', streamArn],
    ['alarmTopicArn', secretArn],
    ['alarmTopicArn', `${alarmTopicArn}:0`],
    ['alarmTopicArn', 'OnCall'],
    ['secretArn', secretArn.slice(0, -3)],
    ['secretArn', `${secretArn}*`],
    ['secretArn', 'arn:aws:secretsmanager:*:123456789012:secret:App-AbCd12'],
  ])('refuses %s=%j, which is no whole ARN', (name, value) => {
    expect(() => readSettings({ [name]: value })).toThrow(
      `unable to use setting ${name}; it must be a whole ARN such as `,
    );
  });

  it.each([
    ['offlineGraceMs', -1, 'it must be a whole number from 0 to 86400000, not -1'],
    ['offlineMessageLimit', '0', 'it must be a whole number from 1 to 1000000, not "0"'],
    ['sendsPerSecond', 1.5, 'it must be a whole number from 1 to 200, not 1.5'],
    ['historyRetentionDays', '', 'it must be a whole number from 1 to 3650, not ""'],
    ['tokenLifeSec', Number.NaN, 'it must be a whole number from 1 to 31536000, not null'],
    ['membersOnlySend', 'yes', 'it must be true or false, not "yes"'],
    ['multipleRooms', 1, 'it must be true or false, not 1'],
    ['appKey', 'a b', 'it must be 1 to 64 letters, digits, _ or -, not "a b"'],
    ['allowedOrigins', 'https://a.example/', '"https://a.example/" is not an origin such as https://chat.example.com'],
    [
      'allowedOrigins',
      'https://Chat.example',
      '"https://Chat.example" is not an origin such as https://chat.example.com',
    ],
    ['allowedOrigins', 'https://a.b:443', '"https://a.b:443" is not an origin such as https://chat.example.com'],
    ['allowedOrigins', '*', '"*" is not an origin such as https://chat.example.com'],
  ])('refuses %s=%j with a sentence', (name, value, why) => {
    expect(() => readSettings({ [name]: value })).toThrow(`unable to use setting ${name}; ${why}`);
  });

  it.each(['offlineGrace', 'toString', '__proto__x'])('refuses the unknown name %s', (name) => {
    expect(() => readSettings({ [name]: 1 })).toThrow(
      `unable to use setting ${name}; the settings are offlineGraceMs,`,
    );
  });
});
