import type { HttpTrigger } from './function.js';

/** What a trigger's `triggerConfig` says, every default filled in. On the wire it is a string of JSON. */
export type HttpTriggerConfig = Pick<HttpTrigger, 'authType' | 'methods' | 'disableURLInternet'>;

/** A Trigger as the API returns it (struct Trigger, SDK 4.7.6). Times are UTC in whole seconds. */
export interface Trigger {
  readonly triggerName: string;
  readonly triggerId: string;
  readonly triggerType: 'http';
  /** The text as it was sent. */
  readonly triggerConfig: string;
  readonly qualifier: string;
  readonly description: string;
  readonly invocationRole: string;
  readonly sourceArn: string;
  readonly targetArn: string;
  readonly status: 'OK';
  readonly createdTime: string;
  readonly lastModifiedTime: string;
  /** Both are the local address. */
  readonly httpTrigger: { readonly urlInternet: string; readonly urlIntranet: string };
}

export interface UpdateTriggerInput {
  /** JSON text that replaces the whole configuration. */
  readonly triggerConfig?: string;
  readonly qualifier?: string;
  readonly description?: string;
  readonly invocationRole?: string;
}

export interface CreateTriggerInput extends UpdateTriggerInput {
  readonly triggerName: string;
  readonly triggerType: 'http';
  readonly sourceArn?: string;
}

/** All that is kept of a trigger, as plain JSON. Instants are milliseconds of the session clock. */
export interface TriggerRecord extends HttpTriggerConfig {
  readonly triggerName: string;
  readonly triggerId: string;
  readonly qualifier: string;
  readonly triggerConfig: string;
  readonly description: string;
  readonly invocationRole: string;
  readonly sourceArn: string;
  readonly customDomain: boolean;
  readonly createdAt: number;
  readonly lastModifiedAt: number;
  /** Where it listens. */
  readonly url: string;
}
