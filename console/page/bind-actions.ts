import type { Actions } from './actions.ts';
import type { Session } from './session.ts';

/** The buttons, bound to the session. play, stop: of the stories. */
export function bindActions(session: Session, player: Pick<Actions, 'play' | 'stop'>): Actions {
  const run = (work: Promise<unknown>): void => {
    work.catch((error: unknown) => session.fail(error));
  };
  return {
    ...player,
    add: (name) => run(session.add(name)),
    newRoom: () => {
      player.stop();
      run(session.openRoom());
    },
    pass: (ms) => run(session.pass(ms)),
    passAndSweep: (ms) => run(session.pass(ms).then(() => session.sweep())),
    send: (userId, text) => run(session.send(userId, text)),
    disconnect: (userId) => run(session.disconnect(userId)),
    goSilent: (userId) => session.goSilent(userId),
    reconnect: (userId) => session.reconnect(userId),
    join: (userId) => run(session.join(userId)),
    leave: (userId) => run(session.leave(userId)),
    block: (userId, isOn) => run(session.block(userId, isOn)),
    allowlist: (userId, isOn) => run(session.allowlist(userId, isOn)),
    mute: (userId, isOn) => run(session.mute(userId, isOn)),
    muteRoom: (isOn) => run(session.muteRoom(isOn)),
    setRealTime: (isOn) => run(session.setRealTime(isOn)),
    destroyRoom: () => run(session.call('/chatroom/destroy.json')),
    setEntry: (userId, key, value) => run(session.setEntry(userId, key, value)),
    removeEntry: (entry) => run(session.removeEntry(entry)),
  };
}
