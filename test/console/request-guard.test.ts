import { describe, expect, it } from 'vitest';
import { refusalOf, webhookRefusalOf } from '../../console/server/request-guard.ts';

const PORT = 3002;
const host = '127.0.0.1:3002';
const own = { host, origin: `http://${host}`, 'sec-fetch-site': 'same-origin' };

describe('a call of the page', () => {
  it.each([
    ['GET', { host }],
    ['GET', { host: 'localhost:3002', 'sec-fetch-site': 'none' }],
    ['GET', own],
    ['POST', own],
    ['POST', { host: 'localhost:3002', origin: 'http://localhost:3002' }],
  ])('is served: %s %j', (method, headers) => {
    expect(refusalOf({ method, headers }, PORT)).toBeUndefined();
  });

  it.each([
    ['GET', {}, 'Host'],
    ['GET', { host: 'attacker.example:3002' }, 'Host'],
    ['GET', { host: '127.0.0.1' }, 'Host'],
    ['GET', { host: '127.0.0.1:3003' }, 'Host'],
    ['GET', { host: '127.0.0.1:3002.attacker.example' }, 'Host'],
    ['GET', { host: '[::1]:3002' }, 'Host'],
    ['POST', { ...own, host: 'attacker.example:3002', origin: 'http://attacker.example:3002' }, 'Host'],
    ['POST', { host }, 'Origin is missing'],
    ['POST', { host, origin: 'null' }, 'another origin'],
    ['POST', { host, origin: `https://${host}` }, 'another origin'],
    ['POST', { host, origin: 'http://localhost:3002' }, 'another origin'],
    ['POST', { host, origin: 'http://127.0.0.1:3003' }, 'another origin'],
    ['GET', { host, origin: 'https://attacker.example' }, 'another origin'],
    ['GET', { host, 'sec-fetch-site': 'cross-site' }, 'another site'],
    ['GET', { host, 'sec-fetch-site': 'same-site' }, 'another site'],
  ])('is refused: %s %j', (method, headers, why) => {
    expect(refusalOf({ method, headers }, PORT)).toContain(why);
  });
});

describe('a call of the webhook', () => {
  it('comes from no browser, and to this host', () => {
    expect(webhookRefusalOf({ method: 'POST', headers: { host } }, PORT)).toBeUndefined();
    expect(webhookRefusalOf({ method: 'POST', headers: { host: 'attacker.example' } }, PORT)).toContain('Host');
    expect(webhookRefusalOf({ method: 'POST', headers: own }, PORT)).toContain('browser');
    expect(webhookRefusalOf({ method: 'POST', headers: { host, 'sec-fetch-site': 'cross-site' } }, PORT)).toContain(
      'browser',
    );
  });
});
