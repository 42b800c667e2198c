import { describe, expect, it } from 'vitest';
import { defaultSettings, readSettings, settingNames } from '../../lib/infra/settings.ts';

describe('readSettings', () => {
  it('gives the documented defaults when nothing is chosen', () => {
    expect(readSettings({})).toEqual(defaultSettings);
  });

  it('takes text from the command line and typed values from code alike', () => {
    const fromText = readSettings({ offlineGraceMs: '5000', multipleRooms: 'true', appKey: 'my-app' });
    expect(fromText).toEqual(readSettings({ offlineGraceMs: 5000, multipleRooms: true, appKey: 'my-app' }));
    expect(fromText).toMatchObject({ offlineGraceMs: 5000, multipleRooms: true, appKey: 'my-app' });
  });

  it('reads what it wrote, and names every setting', () => {
    expect(readSettings(JSON.parse(JSON.stringify(defaultSettings)))).toEqual(defaultSettings);
    expect(settingNames).toEqual(Object.keys(readSettings({})));
  });

  it('leaves out a value that is not given', () => {
    expect(readSettings({ appKey: undefined }).appKey).toBe('doorman');
  });

  it('takes a list of origins and drops the blanks', () => {
    expect(readSettings({ allowedOrigins: 'https://a.example, http://localhost:8080' }).allowedOrigins).toBe(
      'https://a.example,http://localhost:8080',
    );
  });

  it.each([
    ['offlineGraceMs', -1, 'it must be a whole number from 0 to 86400000, not -1'],
    ['offlineMessageLimit', '0', 'it must be a whole number from 1 to 1000000, not "0"'],
    ['sendsPerSecond', 1.5, 'it must be a whole number from 1 to 10000, not 1.5'],
    ['historyRetentionDays', '', 'it must be a whole number from 1 to 3650, not ""'],
    ['tokenLifeSec', Number.NaN, 'it must be a whole number from 1 to 31536000, not null'],
    ['membersOnlySend', 'yes', 'it must be true or false, not "yes"'],
    ['multipleRooms', 1, 'it must be true or false, not 1'],
    ['appKey', 'a b', 'it must be 1 to 64 letters, digits, _ or -, not "a b"'],
    ['allowedOrigins', 'https://a.example/', '"https://a.example/" is not an origin such as https://chat.example.com'],
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
