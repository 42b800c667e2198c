import type { Facts } from './facts.ts';
import type { AppAnswered, AppGap, AppGot } from './history.ts';

/** I-D4, I-D11: what the SDK says to its app. */
export function checkApps(facts: Facts): void {
  const last = new Map<string, { readonly seq: number; readonly index: number }>();
  const answers = new Map<string, number>();
  facts.history.forEach((event, index) => {
    if (event.kind === 'appGot' || event.kind === 'appGap') checkGot(facts, last, event, index);
    if (event.kind === 'appAnswered') checkAnswered(facts, answers, event, index);
  });
  const settled = facts.history.findLastIndex(({ kind }) => kind === 'settled');
  facts.history.slice(0, Math.max(settled, 0)).forEach((event, index) => {
    if (event.kind !== 'appAsked' || answers.has(`${event.client}\n${event.request}`)) return;
    facts.report('I-D11', `${event.client} got no answer to ${event.request}`, index, settled);
  });
}

function checkGot(
  { report }: Facts,
  last: Map<string, { readonly seq: number; readonly index: number }>,
  event: AppGot | AppGap,
  index: number,
): void {
  const key = `${event.client}\n${event.room}\n${event.epoch}\n${event.membership}`;
  const first = event.kind === 'appGot' ? event.seq : event.firstSeq;
  const former = last.get(key);
  if (former !== undefined && first <= former.seq) {
    report('I-D4', `${event.client} got ${first} of ${event.room} after ${former.seq}`, former.index, index);
    return;
  }
  last.set(key, { seq: event.kind === 'appGot' ? event.seq : event.lastSeq, index });
}

function checkAnswered({ report }: Facts, answers: Map<string, number>, event: AppAnswered, index: number): void {
  const key = `${event.client}\n${event.request}`;
  const former = answers.get(key);
  if (former === undefined) answers.set(key, index);
  else report('I-D11', `${event.client} got two answers to ${event.request}`, former, index);
}
