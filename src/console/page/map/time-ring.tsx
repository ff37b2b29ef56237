interface TimeRingProps {
  /** The part of the time that is left, from 0 to 1. */
  readonly share: number;
}

/** A ring that shows the time left. The text next to it shows the same. */
export function TimeRing({ share }: TimeRingProps) {
  const percent = Math.round(share * 100);
  return (
    <svg class="ring" viewBox="0 0 16 16" aria-hidden="true">
      <circle class="ring-whole" cx="8" cy="8" r="6" />
      <circle class="ring-left" cx="8" cy="8" r="6" pathLength={100} stroke-dasharray={`${percent} 100`} />
    </svg>
  );
}
