import type { Member } from '../model/presence.ts';
import { SWEEP_EVERY_MS } from '../stories.ts';
import { nameOf } from '../view-state.ts';
import type { ViewProps } from './app.tsx';
import { onSubmit } from './on-submit.ts';

/** The calls of the app's server. */
export const ServerPanel = (props: ViewProps) => {
  const { state, actions } = props;
  const members = [...state.room.members.values()];
  return (
    <section class="card" aria-labelledby="server-title">
      <h2 id="server-title">Server API</h2>
      <div class="switches">
        {members.map((member) => (
          <MemberSwitches key={member.userId} member={member} {...props} />
        ))}
        <fieldset>
          <legend>Room</legend>
          <Switch label="mute" isOn={state.isRoomMuted} turn={actions.muteRoom} />
          <Switch label="real-time service" isOn={state.isRealTime} turn={actions.setRealTime} />
          <button type="button" onClick={() => actions.destroyRoom()}>
            destroy
          </button>
        </fieldset>
        <fieldset>
          <legend>Clock of the deployment</legend>
          <button type="button" onClick={() => actions.passAndSweep(SWEEP_EVERY_MS)}>
            1 min ahead, and sweep
          </button>
        </fieldset>
      </div>
      <Entries {...props} />
    </section>
  );
};

const MemberSwitches = ({ member, state, actions }: ViewProps & { readonly member: Member }) => {
  const { userId } = member;
  const name = nameOf(state.people, userId);
  return (
    <fieldset>
      <legend>{name}</legend>
      <Switch label="block" isOn={member.presence === 'blocked'} turn={(isOn) => actions.block(userId, isOn)} />
      <Switch label="allowlist" isOn={member.isAllowlisted} turn={(isOn) => actions.allowlist(userId, isOn)} />
      <Switch label="mute" isOn={member.isMuted} turn={(isOn) => actions.mute(userId, isOn)} />
    </fieldset>
  );
};

interface SwitchProps {
  readonly label: string;
  readonly isOn: boolean;
  readonly turn: (isOn: boolean) => void;
}

/** Shows what the server has accepted, so it changes when the answer is there. */
const Switch = ({ label, isOn, turn }: SwitchProps) => (
  <button type="button" aria-pressed={isOn} onClick={() => turn(!isOn)}>
    {label}
  </button>
);

const Entries = ({ state, actions }: ViewProps) => {
  const owner = state.people[0]?.userId ?? '';
  return (
    <details>
      <summary>Entries ({state.entries.length})</summary>
      <ul class="entries">
        {state.entries.map((entry) => (
          <li key={entry.key}>
            <span class="grow">
              <b>{entry.key}</b> {entry.value}
            </span>
            <button type="button" aria-label={`Remove: ${entry.key}`} onClick={() => actions.removeEntry(entry)}>
              Remove
            </button>
          </li>
        ))}
      </ul>
      <form class="row" onSubmit={onSubmit(({ key = '', value = '' }) => actions.setEntry(owner, key, value))}>
        <label class="grow">
          <span class="hidden">Key</span>
          <input name="key" placeholder="Key" required maxLength={128} autocomplete="off" />
        </label>
        <label class="grow">
          <span class="hidden">Value</span>
          <input name="value" placeholder="Value" required autocomplete="off" />
        </label>
        <button type="submit" disabled={owner === ''}>
          Set
        </button>
      </form>
    </details>
  );
};
