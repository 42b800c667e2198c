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
      {story?.wait !== undefined && <Wait wait={story.wait} nowMs={nowMs} />}
      <p role="status" class={`step ${story?.result === undefined ? '' : story.result.isGood ? 'good' : 'bad'}`}>
        {story?.result?.text ?? story?.step ?? 'Each takes a new room, with ann and ben.'}
      </p>
    </section>
  );
};

const Wait = ({ wait, nowMs }: { readonly wait: NonNullable<StoryView['wait']>; readonly nowMs: number }) => (
  <div class="wait">
    <progress aria-label="how much of the wait is over" max={wait.toMs - wait.fromMs} value={nowMs - wait.fromMs} />
    <span>{seconds(wait.toMs - nowMs)} left at most</span>
  </div>
);
