/** One rule that one place of an input breaks. */
export interface Issue {
  /** The place, as `nasConfig.mountPoints[0].serverAddr`; empty for the whole input. */
  readonly path: string;
  /** The kind of the rule; `conflict`: fields that do not fit together. */
  readonly rule: 'type' | 'range' | 'format' | 'choice' | 'required' | 'conflict';
  /** `sessionTTLInSeconds must be an integer from 1 to 21600, got "0"` */
  readonly message: string;
}
