import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { moveMembership } from '../../lib/client/membership/reducer.ts';
import { type MembershipEvent, type MembershipState, memberOf } from '../../lib/client/membership/state.ts';
import { events, states, transitionPicture, transitionTable } from './membership-table.ts';
import { sectionOf } from './transitions.ts';

describe('docs/client-states.md', () => {
  it('has every transition of a membership', () => {
    expect(sectionOf('transitions')).toBe(transitionTable());
  });

  it('has the picture of them', () => {
    expect(sectionOf('picture')).toBe(transitionPicture());
  });
});

describe('a membership, whatever happens to it', () => {
  const happenings = fc.array(fc.constantFrom(...events.values()), { maxLength: 30 });

  const run = (
    happened: readonly MembershipEvent[],
    check: (before: MembershipState, event: MembershipEvent) => void,
  ) => {
    let state: MembershipState = { at: 'out' };
    for (const event of happened) {
      check(state, event);
      state = moveMembership(state, event).state;
    }
  };

  it('asks to resume only where it knows one, and to join again only after an eviction', () => {
    fc.assert(
      fc.property(happenings, (happened) =>
        run(happened, (before, event) => {
          const { state, effects } = moveMembership(before, event);
          for (const effect of effects) {
            if (effect.do !== 'ask') continue;
            if (effect.what === 'resume') expect(memberOf(state)).toBeDefined();
            if (effect.what === 'rejoin') expect(state).toMatchObject({ at: 'joining', by: 'client' });
            if (effect.what === 'leave') expect(state.at).toBe('unknown');
          }
        }),
      ),
    );
  });

  it('is never entered without a join of the app or an eviction', () => {
    fc.assert(
      fc.property(happenings, (happened) =>
        run(happened, (before, event) => {
          const { state } = moveMembership(before, event);
          const isOutside = before.at === 'out' || before.at === 'unknown';
          if (isOutside && event.type !== 'join' && event.type !== 'joined') {
            expect(['out', 'unknown', 'leaving']).toContain(state.at);
          }
        }),
      ),
    );
  });

  it('drops what the room has kept when the user is in no more', () => {
    fc.assert(
      fc.property(happenings, (happened) =>
        run(happened, (before, event) => {
          const { state, effects } = moveMembership(before, event);
          const isOver = memberOf(before) !== undefined && (state.at === 'out' || state.at === 'unknown');
          // A leave that is refused although there is a member leads back to it.
          if (isOver) expect(effects).toContainEqual({ do: 'forget' });
        }),
      ),
    );
  });

  it('has a row for each state in the table', () => {
    for (const name of states.keys()) expect(transitionTable()).toContain(`| ${name} |`);
  });
});
