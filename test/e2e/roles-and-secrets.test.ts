import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as failures from './failure-acts.ts';
import { watchOutput } from './process-output.ts';
import * as acts from './role-acts.ts';
import { grantedTo, tableOf, usedBy } from './role-table.ts';
import { WatchedDeployment } from './watched-deployment.ts';
import { findLeaks, type PublicText, Witness } from './witness.ts';

let d: WatchedDeployment;
const environments: PublicText[] = [];

beforeAll(async () => {
  const witness = new Witness();
  const restore = watchOutput(witness);
  try {
    d = await WatchedDeployment.start({ notifyMemberChanges: true, multipleRooms: true }, witness);
    for (const act of Object.values(acts)) await act(d);
    expect(denials()).toEqual([]);
    for (const act of Object.values(failures)) await act(d);
    for (const { pid, functionName } of d.stack.testing.environments()) {
      if (pid === undefined) continue;
      environments.push({ where: functionName, text: readFileSync(`/proc/${pid}/environ`, 'utf8') });
    }
  } finally {
    restore();
  }
}, 240_000);

afterAll(() => d.close());

const lines = (): string[] => d.witness.shown.filter(({ where }) => where === 'the log').map(({ text }) => text);
const denials = (): string[] => lines().filter((line) => /AccessDenied|not authorized|Forbidden|AWS would/i.test(line));

const names = [
  ...['Authorize', 'Connect', 'Disconnect', 'Message', 'Deliver', 'Watch'],
  ...['ServerApi', 'Sweep', 'Changes', 'Webhook'],
];
const functionOf = (name: string) => {
  const found = d.stack.functions.find(({ path }) => path === `Chatroom/Default/${name}/Function`);
  if (found === undefined) throw new Error(`unable to find ${name}; the template has no such function`);
  return found;
};

describe('the roles', () => {
  it('are those of all functions', () => {
    const paths = d.stack.functions.map(({ path }) => path);
    expect(new Set(paths)).toEqual(new Set(names.map((name) => `Chatroom/Default/${name}/Function`)));
    expect(paths).toHaveLength(names.length);
    console.log(tableOf(d.stack.functions, d.stack.testing.usedGrants()));
  });

  it.each(names)('grant %s what it uses, and nothing else', (name) => {
    const fn = functionOf(name);
    expect(usedBy(fn, d.stack.testing.usedGrants())).toEqual(grantedTo(fn));
  });

  it('would show a grant that nothing uses', () => {
    const fn = functionOf('Authorize');
    const more = {
      effect: 'Allow',
      actions: ['dynamodb:GetItem'],
      resources: ['arn:aws:dynamodb:us-east-1:1:table/T'],
    };
    const wider = { ...fn, statements: [...fn.statements, { ...more, effect: 'Allow' as const }] };
    const used = d.stack.testing.usedGrants();
    expect(grantedTo(wider).filter((grant) => !usedBy(wider, used).includes(grant))).toEqual([
      'dynamodb:GetItem table/T',
    ]);
  });
});

describe('the failures', () => {
  it.each([
    'unable to serve join',
    'unable to serve send',
    `unable to serve /chatroom/query.json`,
    'unable to announce changes',
    'unable to deliver events',
    'unable to use the app secret',
    'Invoke Error',
    'Unauthorized',
    'the server answered 500',
    'the server cannot be reached',
    'Runtime exited',
    '; ValidationException',
    '; UnknownError',
  ])('have logged: %s', (part) => {
    expect(lines().some((line) => line.includes(part))).toBe(true);
  });

  it('have been answered', () => {
    const seen = new Set(d.witness.shown.map(({ where }) => where));
    for (const where of ['a refused call', 'a refused handshake', 'a refused request', 'a frame with an error']) {
      expect(seen).toContain(where);
    }
    expect(d.table.failures()).toBeGreaterThan(100);
  });
});

describe('no secret', () => {
  it('is in a line of the log, in the output, or in an answer with an error', () => {
    expect(d.witness.secrets.length).toBeGreaterThan(50);
    expect(d.witness.shown.length).toBeGreaterThan(150);
    expect(findLeaks(d.witness.secrets, d.witness.shown)).toEqual([]);
  });

  it('is in the environment of a Lambda', () => {
    expect(new Set(environments.map(({ where }) => where)).size).toBeGreaterThan(6);
    for (const { text } of environments) expect(text).toContain('SETTINGS=');
    const given = d.stack.functions.map(({ path, environment }) => ({
      where: path,
      text: JSON.stringify(environment),
    }));
    expect(findLeaks(d.witness.secrets, [...environments, ...given])).toEqual([]);
  });

  it('is the key of a request to AWS, which no line shows', () => {
    expect(d.witness.shown.filter(({ text }) => /AWS4-HMAC|Signature=[0-9a-f]/i.test(text))).toEqual([]);
  });

  it.each([
    'the app secret',
    'the token of ann',
    'a nonce',
    'a signature',
    'a signature of the webhook',
    'a strong signature of the webhook',
  ])('could leak unseen: a line with %s is found', (what) => {
    const secret = d.witness.secrets.find((each) => each.what === what)?.text ?? '';
    for (const text of leakingLines(secret)) {
      const found = findLeaks(d.witness.secrets, [...d.witness.shown, { where: 'a leaking line', text }]);
      expect(found).toContainEqual({ what, form: expect.any(String), where: 'a leaking line' });
    }
  });
});

/** Lines as a careless log would have them. */
function leakingLines(secret: string): readonly string[] {
  const around = ['', 'a', 'ab', 'abc'].map((before) => Buffer.from(`${before}{"secret":"${secret}"}`));
  return [
    `unable to serve ${secret}`,
    secret.toUpperCase(),
    JSON.stringify({ message: JSON.stringify({ secret }) }),
    `GET /?token=${encodeURIComponent(secret)} 401`,
    new URLSearchParams({ token: secret }).toString(),
    Buffer.from(secret).toString('hex'),
    ...around.flatMap((bytes) => [bytes.toString('base64'), bytes.toString('base64url')]),
  ];
}
