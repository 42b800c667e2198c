import { render } from 'preact';
import { bindActions } from './bind-actions.ts';
import { Clock } from './clock.ts';
import { App } from './components/app.tsx';
import { fetchSetup, followWebhook } from './server-calls.ts';
import { Session } from './session.ts';
import { StoryPlayer } from './story-player.ts';
import { ViewStore } from './view-store.ts';

/** How often the time line moves while nothing happens. */
const TICK_MS = 500;
const ROOM_ID_LENGTH = 6;
const FIRST_PEOPLE = ['ann', 'ben'];

const randomId = (): string => crypto.randomUUID().replaceAll('-', '').slice(0, ROOM_ID_LENGTH);

async function start(root: HTMLElement): Promise<void> {
  const listeners = new Set<() => void>();
  let isDrawn = true;
  const draw = (): void => {
    isDrawn = true;
    render(<App state={store.state} actions={actions} nowMs={clock.now()} />, root);
  };
  const changed = (): void => {
    for (const heard of [...listeners]) heard();
    if (!isDrawn) return;
    // Many changes of one moment are drawn once.
    isDrawn = false;
    setTimeout(draw, 0);
  };
  const clock = new Clock();
  const store = new ViewStore(await fetchSetup(), clock.now, changed);
  const session = new Session(store, clock, randomId);
  const player = new StoryPlayer(session, (heard) => {
    listeners.add(heard);
    return () => listeners.delete(heard);
  });
  const actions = bindActions(session, player);
  if (store.state.setup.hasWebhook) followWebhook((event) => session.heard(event));
  await session.openRoom();
  setInterval(draw, TICK_MS);
  await addFirst(session);
}

/** A visitor who is quicker has a room of their own by then. */
async function addFirst(session: Session): Promise<void> {
  const { roomId } = session.store.state.room;
  const isThere = () => session.store.state.room.roomId === roomId;
  for (const name of FIRST_PEOPLE) {
    if (isThere()) await session.add(name).catch((error: unknown) => isThere() && session.fail(error));
  }
}

const root = document.getElementById('app');
if (root !== null) void start(root);
