const UNITS = [
  ['d', 86_400],
  ['h', 3600],
  ['m', 60],
  ['s', 1],
] as const;

/** @returns `6h`, `1h 30m`, `90s` as `1m 30s`; the two largest units that count, never more */
export function humanDuration(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const at = UNITS.findIndex(([, size]) => whole >= size);
  const larger = UNITS[at];
  if (larger === undefined) return '0s';
  const smaller = UNITS[at + 1];
  const count = Math.floor(whole / larger[1]);
  const rest = smaller === undefined ? 0 : Math.floor((whole % larger[1]) / smaller[1]);
  return rest === 0 || smaller === undefined
    ? `${count}${larger[0]}`
    : `${count}${larger[0]} ${rest}${smaller[0]}`;
}

/** @returns how long ago it was, as `1h 30m` */
export function age(apiTime: string, now: number): string {
  return humanDuration((now - Date.parse(apiTime)) / 1000);
}

/** @returns `1h 30m ago` */
export function ago(apiTime: string, now: number): string {
  return `${age(apiTime, now)} ago`;
}

/** @returns `20:31:00` in the local time zone */
export function timeOfDay(instant: number): string {
  const date = new Date(instant);
  return [date.getHours(), date.getMinutes(), date.getSeconds()]
    .map((part) => String(part).padStart(2, '0'))
    .join(':');
}
