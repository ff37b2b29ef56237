import { SESSION_AFFINITIES } from '../model/function.js';
import { MOUNT_FIELDS, type SessionMounts, type SessionTerms } from '../model/session.js';
import type { StoredSession } from '../model/session-store.js';
import { Fields } from './fields.js';

const KEPT_STATUSES = ['Active', 'Expired', 'Paused'] as const;

/** @throws Error for anything but what was once kept */
export function readStoredSession(value: unknown): StoredSession {
  const fields = new Fields(value);
  return {
    sessionId: fields.text('sessionId'),
    terms: readTerms(fields.value('terms')),
    sessionStatus: fields.oneOf('sessionStatus', KEPT_STATUSES),
    createdAt: fields.number('createdAt'),
    lastModifiedAt: fields.number('lastModifiedAt'),
    lastUsedAt: fields.number('lastUsedAt'),
    used: fields.flag('used'),
    endedAt: fields.number('endedAt'),
    containerId: fields.text('containerId'),
    order: fields.count('order'),
  };
}

function readTerms(value: unknown): SessionTerms {
  const fields = new Fields(value);
  return {
    functionName: fields.text('functionName'),
    qualifier: fields.text('qualifier'),
    sessionAffinityType: fields.oneOf('sessionAffinityType', SESSION_AFFINITIES),
    sessionTTLInSeconds: fields.count('sessionTTLInSeconds'),
    sessionIdleTimeoutInSeconds: fields.count('sessionIdleTimeoutInSeconds'),
    disableSessionIdReuse: fields.flag('disableSessionIdReuse'),
    ...readMounts(fields),
  };
}

function readMounts(fields: Fields): SessionMounts {
  const given = MOUNT_FIELDS.filter((name) => fields.value(name) !== undefined);
  return Object.fromEntries(given.map((name) => [name, withoutPrototypes(fields.value(name))]));
}

/** Mounts are kept as they were given and may hold any key; one key is more than a name to whoever copies it. */
function withoutPrototypes(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutPrototypes);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([key]) => key !== '__proto__');
  return Object.fromEntries(entries.map(([key, held]) => [key, withoutPrototypes(held)]));
}
