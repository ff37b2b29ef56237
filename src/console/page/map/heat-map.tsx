import { useEffect, useRef, useState } from 'preact/hooks';
import type { SessionState } from '../../../model/console-events.js';
import { shortInstanceId } from '../../../model/short-id.js';
import { writeAddress } from '../address.js';
import { usePage } from '../page-context.js';
import { timeLeft, timeLeftText } from '../store/time-left.js';

/** In pixels of the page. */
const CELL = 5;
/** The colours from a short to a long remaining time. Each is darker than the colour before it, in both themes. */
const SHADES = Array.from({ length: 16 }, (_, at) => `hsl(${20 + at * 12} 65% ${62 - at * 1.6}%)`);
const NO_TIME = 'hsl(0 0% 55%)';

/** Shows very many sessions: one cell for each, coloured by the time left. The list of sessions has the same data as text. */
export function HeatMap() {
  const { store, go } = usePage();
  const canvas = useRef<HTMLCanvasElement>(null);
  const [pointedAt, point] = useState<SessionState | undefined>(undefined);
  const sessions = store.sessions.value;
  const now = store.now.value;

  useEffect(() => {
    if (canvas.current !== null) draw(canvas.current, sessions, now);
  }, [sessions, now]);
  const under = ({ offsetX, offsetY }: MouseEvent): SessionState | undefined => {
    const columns = columnsOf(canvas.current?.clientWidth ?? 0);
    const column = Math.floor(offsetX / CELL);
    return column < columns ? sessions[Math.floor(offsetY / CELL) * columns + column] : undefined;
  };
  return (
    <figure class="heat">
      <figcaption>
        <strong>{sessions.length.toLocaleString('en')} sessions</strong>, a cell each: orange ends first, blue
        last.{' '}
        <a href={writeAddress({ screen: 'sessions', on: store.shownKey.value })}>The list of sessions</a>{' '}
        shows them as text.
      </figcaption>
      <canvas
        ref={canvas}
        class="heat-map"
        role="img"
        aria-label="The time left of each session; the list of sessions contains the same as text"
        onClick={(event) => {
          const session = under(event);
          if (session !== undefined) go({ session });
        }}
        onMouseMove={(event) => point(under(event))}
        onMouseLeave={() => point(undefined)}
      />
      <p class="pointed-at">
        {pointedAt === undefined
          ? 'Point at a cell to see its session, or click it to select the session.'
          : lineOf(pointedAt, now)}
      </p>
    </figure>
  );
}

function columnsOf(width: number): number {
  return Math.max(1, Math.floor(width / CELL));
}

function draw(canvas: HTMLCanvasElement, sessions: readonly SessionState[], now: number): void {
  const columns = columnsOf(canvas.clientWidth);
  const height = Math.ceil(sessions.length / columns) * CELL;
  const scale = devicePixelRatio;
  canvas.width = Math.round(canvas.clientWidth * scale);
  canvas.height = Math.round(height * scale);
  canvas.style.height = `${height}px`;
  const context = canvas.getContext('2d');
  if (context === null) return;
  context.scale(scale, scale);
  for (const [at, session] of sessions.entries()) {
    const left = timeLeft(session, now);
    context.fillStyle =
      left === undefined ? NO_TIME : (SHADES[Math.min(15, Math.floor(left.share * 16))] ?? NO_TIME);
    context.fillRect((at % columns) * CELL, Math.floor(at / columns) * CELL, CELL - 1, CELL - 1);
  }
}

function lineOf(session: SessionState, now: number): string {
  const left = timeLeft(session, now);
  const time = left === undefined ? session.status : `${timeLeftText(left.ms)} left`;
  return `${session.sessionId} on ${shortInstanceId(session.instanceId)}, ${time}`;
}
