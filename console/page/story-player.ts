import type { Session } from './session.ts';
import { stories } from './stories.ts';
import { StoryStage } from './story-stage.ts';

/** Plays one story at a time; the next one stops the one before. */
export class StoryPlayer {
  readonly #session: Session;
  readonly #changed: (heard: () => void) => () => void;
  #playing: AbortController | undefined;

  constructor(session: Session, changed: (heard: () => void) => () => void) {
    this.#session = session;
    this.#changed = changed;
  }

  readonly play = (storyId: string): void => {
    this.stop();
    void this.#play(storyId);
  };

  readonly stop = (): void => {
    this.#playing?.abort(new Error('stopped'));
    this.#playing = undefined;
  };

  async #play(storyId: string): Promise<void> {
    const story = stories.find(({ id }) => id === storyId);
    if (story === undefined) return;
    const playing = new AbortController();
    this.#playing = playing;
    const { store } = this.#session;
    store.set({ story: { id: storyId, step: 'begins' } });
    const stage = new StoryStage(this.#session, playing.signal, this.#changed);
    const result = await story.play(stage).then(
      (text) => ({ isGood: true, text }),
      (error: unknown) => ({ isGood: false, text: error instanceof Error ? error.message : String(error) }),
    );
    // Another story may have begun.
    if (this.#playing !== undefined && this.#playing !== playing) return;
    this.#playing = undefined;
    store.story({ wait: undefined, result });
    store.log('story', result.text);
  }
}
