import { z } from 'zod';
import { integer } from './fields.js';

/** Ten years: whoever goes further has mistaken the unit, and far beyond no date comes of it. */
const LONGEST_ADVANCE_MS = 10 * 366 * 24 * 3600 * 1000;

/** The body of `POST /_emulator/v1/clock/advance`. */
export const ADVANCE_BODY = z.object(
  { milliseconds: integer(0, LONGEST_ADVANCE_MS) },
  { error: 'a JSON object' },
);
