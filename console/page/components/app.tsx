import type { Actions } from '../actions.ts';
import type { ViewState } from '../view-state.ts';
import { EventList } from './event-list.tsx';
import { PeoplePanel } from './people-panel.tsx';
import { ServerPanel } from './server-panel.tsx';
import { StoryBar } from './story-bar.tsx';
import { TimeLine } from './time-line.tsx';

/** What every part of the page is drawn from. */
export interface ViewProps {
  readonly state: ViewState;
  readonly actions: Actions;
  readonly nowMs: number;
}

export const App = (props: ViewProps) => (
  <>
    <header class="top">
      <h1>Doorman</h1>
      <p class="grow">
        Room <code>{props.state.room.roomId}</code>, messages: {props.state.room.seq}
      </p>
      <button type="button" onClick={() => props.actions.newRoom()}>
        New room
      </button>
    </header>
    <StoryBar {...props} />
    <main>
      <PeoplePanel {...props} />
      <TimeLine {...props} />
      <div class="column">
        <ServerPanel {...props} />
        <EventList {...props} />
      </div>
    </main>
  </>
);
