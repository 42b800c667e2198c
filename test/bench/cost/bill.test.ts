import { describe, expect, it } from 'vitest';
import { billOf, type Workload } from '../../../bench/cost/bill.ts';
import counted from '../../../bench/cost/counted.json' with { type: 'json' };
import { quotasOf } from '../../../bench/cost/quotas.ts';
import { describe as report } from '../../../bench/cost/report.ts';

const load = (change: Partial<Workload>): Workload => ({
  ...{ members: 100, rate: 10, hours: 1, rooms: 1, senders: 50, drops: 0 },
  ...change,
});
const usdOf = (workload: Workload, name: string): number => {
  const part = billOf(workload, counted).parts.find((one) => one.name === name);
  if (part === undefined) throw new Error(`unable to find the part ${name}`);
  return part.usd;
};
const firstOf = (workload: Workload) => quotasOf(workload, billOf(workload, counted), counted)[0];

describe('the bill', () => {
  it('has connection minutes and heartbeats by hand', () => {
    // 100 members for an hour: 6,000 minutes at $0.25 a million; a heartbeat each 135 s at $1 a million.
    expect(usdOf(load({}), 'connection minutes')).toBeCloseTo(0.0015, 10);
    expect(usdOf(load({}), 'heartbeats, messages in')).toBeCloseTo((100 * 3_600) / 135 / 1_000_000, 10);
  });

  it('posts once for each message in a quiet room, but to the sender', () => {
    const quiet = load({ members: 10, rate: 0.01, senders: 1 });
    expect(billOf(quiet, counted).postsPerDelivery).toBeCloseTo(1, 2);
    expect(usdOf(quiet, 'posts to members')).toBeCloseTo((0.01 * 3_600 * 9) / 1_000_000, 6);
  });

  it('posts at most once in 240 ms to each connection of a busy room', () => {
    const { perSecond } = billOf(load({ rate: 150, senders: 60 }), counted);
    expect(perSecond.posts).toBeGreaterThan((100 / 0.24) * 0.97);
    expect(perSecond.posts).toBeLessThan((100 / 0.24) * 1.01);
  });

  it('has who is online only where it is asked for: each connect and each end', () => {
    const name = 'who is online: table';
    expect(() => usdOf(load({}), name)).toThrow();
    const { writeUnits, readUnits } = counted.acts.presence;
    // 100 members come once, and renew the connection every 110 minutes; $0.625 and $0.125 a million units.
    const changes = 2 * 100 * (1 + 60 / 110);
    const usd = (changes * (writeUnits * 0.625 + readUnits * 0.125)) / 1_000_000;
    expect(usdOf(load({ presence: true }), name)).toBeCloseTo(usd, 10);
  });

  it('grows with rooms and hours', () => {
    const [one, many] = [load({}), load({ rooms: 10, hours: 2 })];
    expect(usdOf(many, 'posts to members')).toBeCloseTo(20 * usdOf(one, 'posts to members'), 6);
  });

  it('charges less for messages past a billion', () => {
    const large = load({ members: 10_000, rooms: 1_000, hours: 10 });
    const { parts, perSecond } = billOf(large, counted);
    const posts = perSecond.posts * 36_000;
    const usd = parts.find(({ name }) => name === 'posts to members')?.usd ?? 0;
    expect((usd * 1_000_000) / posts).toBeGreaterThan(0.8);
    expect((usd * 1_000_000) / posts).toBeLessThan(0.81);
  });
});

describe('the quotas', () => {
  it('name what binds first', () => {
    expect(firstOf(load({ senders: 2 }))).toMatchObject({ name: 'messages of one user', use: 5, limit: 5 });
    expect(firstOf(load({ rate: 250, senders: 100 }))?.name).toBe('messages of one room');
    expect(firstOf(load({ members: 10_000 }))?.name).toBe('requests and posts of API Gateway');
    expect(firstOf(load({ members: 100, rooms: 10_000, rate: 0.001 }))?.name).toBe(
      'users that the sweep checks in time',
    );
  });

  it('are in the report, the first one with what to raise', () => {
    const workload = load({ members: 10_000, rooms: 2 });
    const bill = billOf(workload, counted);
    expect(report(workload, bill, quotasOf(workload, bill, counted))).toContain(
      'requests and posts of API Gateway: this is exceeded, 1',
    );
  });
});
