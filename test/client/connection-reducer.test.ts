import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { moveConnection } from '../../lib/client/connection/reducer.ts';
import { type ConnectionEffect, type ConnectionState, isUp, statusOf } from '../../lib/client/connection/state.ts';
import { connectionPicture, connectionTable, events, states } from './connection-table.ts';
import { sectionOf } from './transitions.ts';

describe('docs/client-states.md', () => {
  it('has every transition of a connection', () => {
    expect(sectionOf('connection-transitions')).toBe(connectionTable());
  });

  it('has the picture of them', () => {
    expect(sectionOf('connection-picture')).toBe(connectionPicture());
  });
});

describe('a connection, in each state', () => {
  const steps = [...states.values()].flatMap((before) =>
    [...events.values()]
      .filter(({ type }) => type !== 'connect' || before.at === 'closed')
      .filter(({ type }) => type !== 'opened' || before.at === 'connecting')
      .map((event) => ({ before, event, ...moveConnection(before, event) })),
  );

  it('keeps a link exactly where it has one', () => {
    for (const { before, state, effects } of steps) {
      const does = (effect: ConnectionEffect) => effects.includes(effect);
      if (isUp(before) && !isUp(state)) expect(effects).toContain('drop');
      if (does('swap')) expect(state.at).toBe('moving');
      if (does('back') || does('retire')) expect(before.at).toBe('moving');
      if (before.at === 'moving' && state.at !== 'moving' && isUp(state)) {
        expect(does('back') || does('retire')).toBe(true);
      }
    }
  });

  it('has a timer or a handshake wherever it is wanted and has no link', () => {
    for (const { before, state, effects } of steps) {
      if (state.at === 'waiting' && before.at !== 'waiting') expect(effects).toContain('wait');
      if (state.at === 'connecting' && before.at !== 'connecting') expect(effects).toContain('dial');
      if (state.at === 'expired' && before.at !== 'expired') {
        expect(effects.some((effect) => effect === 'replace' || effect === 'retry')).toBe(true);
      }
    }
  });

  it('dials while a handshake is under way only when the network has returned', () => {
    for (const { before, event, effects } of steps) {
      if (before.at !== 'connecting' || !effects.includes('dial')) continue;
      expect([before.network, event.type]).toEqual(['offline', 'online']);
    }
  });

  it('reports the status where it changes', () => {
    for (const { before, state, effects } of steps) {
      if (statusOf(before) !== statusOf(state)) expect(effects).toContain('status');
    }
  });
});

describe('a connection, whatever happens to it', () => {
  it('never ends because of an expired frame', () => {
    const happenings = fc.array(fc.constantFrom(...events.values()), { maxLength: 30 });
    fc.assert(
      fc.property(happenings, (happened) => {
        let state: ConnectionState = { at: 'closed', network: 'online', code: 0 };
        for (const event of happened) {
          const before = state;
          state = moveConnection(state, event).state;
          if (event.type === 'expired') expect(state.at === 'closed').toBe(before.at === 'closed');
        }
      }),
    );
  });
});
