import type { ViewProps } from './app.tsx';

/** What happened, the newest last: calls, the webhook, notices, what the SDKs report. */
export const EventList = ({ state }: ViewProps) => {
  const { setup, log } = state;
  return (
    <section class="card" aria-labelledby="events-title">
      <h2 id="events-title">Events</h2>
      {!setup.hasWebhook && !setup.notifyMemberChanges && (
        <p>
          The webhook posts elsewhere, and member notices are off: a removal shows when the user reconnects. Start
          without <code>--set notifyMemberChanges=false</code> to see it at once.
        </p>
      )}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard */}
      <section class="scroll high" tabIndex={0} aria-label="List of events">
        <div class="events" role="log" aria-labelledby="events-title">
          {log.map(({ id, atMs, source, text }) => (
            <p key={id} class={source}>
              <time dateTime={new Date(atMs).toISOString()}>{timeOf(atMs)}</time> <i>{source}</i> {text}
            </p>
          ))}
        </div>
      </section>
    </section>
  );
};

const timeOf = (atMs: number): string => new Date(atMs).toTimeString().slice(0, 8);
