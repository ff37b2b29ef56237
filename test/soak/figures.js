import { quantile, slope } from '../bench/statistics.js';

/** How long memory is still on its way to its level. */
const WARM_UP_SHARE = 0.25;
const LEARNS_WITHIN_MS = 100;

/** What a churn came to, in numbers. @param seen `samples` of resident memory, each with its minute; how late the clients' process was */
export function figuresOf({ oracle, samples, lateMs }) {
  const { 'instances killed': kills = 0, 'clients that hung': hungClients = 0, ...counts } = oracle.counts;
  const warm = samples.slice(Math.floor(samples.length * WARM_UP_SHARE));
  return {
    kills,
    hungClients,
    clientLearnsOfADeathMs: learningOf(oracle.learnedMs),
    clientsAreLateThemselvesMs: lateMs,
    victims: oracle.victims.answered,
    victimsWhoGotAnothersReply: oracle.victims.gotAnothersReply,
    counts,
    residentMiB: { first: mib(samples[0]?.[1]), last: mib(samples.at(-1)?.[1]) },
    residentSlopeMiBPerMinute: mib(slope(warm.map(([minute, bytes]) => [minute, bytes]))),
  };
}

/** The goal of G6. No invariant: what else the machine has to do shows in it, and the clients stand in one process. */
function learningOf(learnedMs) {
  if (learnedMs.length === 0) return { count: 0 };
  const [p50, p99, max] = [0.5, 0.99, 1].map((share) => Math.round(quantile(learnedMs, share) * 10) / 10);
  const verdict = p99 <= LEARNS_WITHIN_MS ? 'reached' : 'missed';
  return { count: learnedMs.length, p50, p99, max, goal: `p99 at most ${LEARNS_WITHIN_MS}: ${verdict}` };
}

function mib(bytes) {
  return bytes === undefined ? undefined : Math.round((bytes / 2 ** 20) * 100) / 100;
}
