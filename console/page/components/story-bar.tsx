import { seconds } from '../model/explain.ts';
import { stories } from '../stories.ts';
import type { StoryView } from '../view-state.ts';
import type { ViewProps } from './app.tsx';

/** The stories, and how the one that is played goes on. */
export const StoryBar = ({ state, actions, nowMs }: ViewProps) => {
  const { story, setup } = state;
  const isPlaying = story !== undefined && story.result === undefined;
  return (
    <section class="stories" aria-labelledby="stories-title">
      <h2 id="stories-title">Play a story</h2>
      <div class="buttons">
        {stories.map(({ id, title }) => (
          <button
            key={id}
            type="button"
            data-story={id}
            aria-pressed={isPlaying && story.id === id}
            onClick={() => actions.play(id)}
          >
            {title(setup)}
          </button>
        ))}
        <button type="button" disabled={!isPlaying} onClick={() => actions.stop()}>
          Stop
        </button>
      </div>
      {story?.wait !== undefined && <Wait wait={story.wait} pass={actions.pass} nowMs={nowMs} />}
      <p role="status" class={`step ${story?.result === undefined ? '' : story.result.isGood ? 'good' : 'bad'}`}>
        {story?.result?.text ??
          story?.step ??
          'One click: a new room, ann, who loses the connection, and ben, who stays. Watch the time line.'}
      </p>
    </section>
  );
};

interface WaitProps extends Pick<ViewProps, 'nowMs'> {
  readonly wait: NonNullable<StoryView['wait']>;
  readonly pass: (ms: number) => void;
}

const Wait = ({ wait: { fromMs, toMs }, pass, nowMs }: WaitProps) => (
  <div class="wait">
    <progress aria-label="how much of the wait is over" max={toMs - fromMs} value={nowMs - fromMs} />
    <span>{seconds(toMs - nowMs)} left</span>
    <button type="button" onClick={() => pass(Math.max(0, toMs - nowMs))}>
      Skip the wait
    </button>
  </div>
);
