import { useEffect, useRef } from 'preact/hooks';
import { usePage } from '../page-context.js';
import { timeLeft } from '../store/time-left.js';

const CELL = 6;

/** Very many sessions: a cell each, from red to green by the time left. The list of sessions holds the same as text. */
export function HeatMap() {
  const { store, go } = usePage();
  const canvas = useRef<HTMLCanvasElement>(null);
  const sessions = store.sessions.value;
  const now = store.now.value;

  useEffect(() => {
    const drawn = canvas.current;
    const context = drawn?.getContext('2d');
    if (drawn === null || context == null) return;
    const columns = Math.max(1, Math.floor(drawn.clientWidth / CELL));
    drawn.width = columns * CELL;
    drawn.height = Math.ceil(sessions.length / columns) * CELL;
    for (const [at, session] of sessions.entries()) {
      const share = timeLeft(session, now)?.share ?? 0;
      context.fillStyle = `hsl(${Math.round(20 + share * 130)} 60% 45%)`;
      context.fillRect((at % columns) * CELL, Math.floor(at / columns) * CELL, CELL - 1, CELL - 1);
    }
  });
  const select = (event: MouseEvent): void => {
    const columns = Math.floor((canvas.current?.width ?? 0) / CELL);
    const session = sessions[Math.floor(event.offsetY / CELL) * columns + Math.floor(event.offsetX / CELL)];
    if (session !== undefined) go({ session });
  };
  return (
    <figure>
      <figcaption>
        {sessions.length} sessions, from red (ends soon) to green.{' '}
        <a href="#/sessions">The list of sessions</a> shows them as text.
      </figcaption>
      <canvas ref={canvas} class="heat-map" onClick={select} />
    </figure>
  );
}
