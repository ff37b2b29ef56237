/** Whatever a client waits for, it does not wait longer: the function's timeout has long passed. */
export const HUNG_AFTER_MS = 20_000;
