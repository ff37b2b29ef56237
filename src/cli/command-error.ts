/** An operation failed for a reason that the command knows better than the room: exit code 1. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
  readonly code: string;
  readonly fix: string | undefined;

  constructor(
    message: string,
    { code, fix, cause }: { readonly code: string; readonly fix?: string; readonly cause?: unknown },
  ) {
    super(message, { cause });
    this.code = code;
    this.fix = fix;
  }
}
