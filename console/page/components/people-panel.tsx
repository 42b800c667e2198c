import { isGone, type Presence } from '../model/presence.ts';
import { type ChatLine, nameOf, type PersonView } from '../view-state.ts';
import type { ViewProps } from './app.tsx';
import { onSubmit } from './on-submit.ts';

/** All users that the page plays: each with the chat as their own client has it. */
export const PeoplePanel = (props: ViewProps) => (
  <section class="column people" aria-labelledby="people-title">
    <h2 id="people-title">People</h2>
    {props.state.people.map((person) => (
      <PersonPane key={person.userId} person={person} {...props} />
    ))}
    <form class="row" onSubmit={onSubmit(({ name = '' }) => props.actions.add(name))}>
      <label class="grow">
        <span class="hidden">Name of a new person</span>
        <input name="name" placeholder="Name" required maxLength={64} autocomplete="off" />
      </label>
      <button type="submit">Add</button>
    </form>
  </section>
);

const PersonPane = ({ person, state, actions }: ViewProps & { readonly person: PersonView }) => {
  const { userId, name, network } = person;
  const presence = state.room.members.get(userId)?.presence ?? 'removed';
  return (
    <article class={`card person ${presence}`} aria-labelledby={`pane-${userId}`} data-person={userId}>
      <h3 id={`pane-${userId}`}>
        <span class={`dot ${presence}`} aria-hidden="true" />
        {name} <small>SDK: {person.status}</small>
      </h3>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard */}
      <section class="scroll" tabIndex={0} aria-label={`Messages of ${name}`}>
        <ul class="chat">
          {person.lines.map((line) => (
            <Line key={line.seq} line={line} people={state.people} />
          ))}
        </ul>
      </section>
      <form class="row" onSubmit={onSubmit(({ text = '' }) => actions.send(userId, text))}>
        <label class="grow">
          <span class="hidden">Message of {name}</span>
          <input name="text" placeholder="Message" required autocomplete="off" />
        </label>
        <button type="submit">Send</button>
      </form>
      <PersonButtons userId={userId} name={name} network={network} presence={presence} actions={actions} />
    </article>
  );
};

const Line = ({ line, people }: { readonly line: ChatLine; readonly people: readonly PersonView[] }) => (
  <li>
    <small>{line.seq}</small> <b>{nameOf(people, line.from)}</b> {line.text}
  </li>
);

type ButtonProps = Pick<PersonView, 'userId' | 'name' | 'network'> &
  Pick<ViewProps, 'actions'> & { readonly presence: Presence };

const PersonButtons = ({ userId, name, network, presence, actions }: ButtonProps) => {
  const isIn = !isGone(presence);
  return (
    <div class="buttons">
      <PersonButton label="Go offline" isOff={network !== 'up'} name={name} press={() => actions.disconnect(userId)} />
      <PersonButton label="Go silent" isOff={network !== 'up'} name={name} press={() => actions.goSilent(userId)} />
      <PersonButton label="Reconnect" isOff={network === 'up'} name={name} press={() => actions.reconnect(userId)} />
      <PersonButton
        label={isIn ? 'Leave' : 'Join'}
        isOff={network !== 'up'}
        name={name}
        press={() => (isIn ? actions.leave(userId) : actions.join(userId))}
      />
    </div>
  );
};

interface PersonButtonProps {
  readonly label: string;
  readonly name: string;
  readonly isOff: boolean;
  readonly press: () => void;
}

const PersonButton = ({ label, name, isOff, press }: PersonButtonProps) => (
  <button type="button" disabled={isOff} aria-label={`${label}: ${name}`} onClick={press}>
    {label}
  </button>
);
