const MOST_LINES = 20;
/** How far back a stack may begin. */
const LONGEST_STACK = 200;

/** A thrown error of Node.js, Python, Java, Ruby, PHP, Go or Rust, at the begin of a line. */
const THROWN = [
  /^(Uncaught |Exception in thread "[^"]*" |PHP Fatal error: +Uncaught )?[\w.$]*(Error|Exception)( \[\w+\])?(:|$)/,
  /\((\w+::)*\w+(Error|Exception)\)$/,
  /^(PHP Fatal error|panic|fatal error): |^thread '.*' panicked at /,
];
/** What follows a thrown error on lines of its own: its stack, its properties, what Node.js adds. */
const OF_A_STACK =
  /^(\s|$|[}\])]|Node\.js v|Emitted '|Require stack|- |Caused by|goroutine |exit status |npm (error|ERR!)|\(Use `node --trace)/;
/** A program's own words for a failure. */
const COMPLAINT =
  /\b(error|fatal|emerg|panic|fail(ed|ure)?|cannot|can't|could not|unable|not found|no such|denied|refused|invalid|missing|required|in use)\b/i;
/** Complaints that do not name the cause: npm's, and those of servers that try again. */
const NOT_A_REASON =
  /\bretry(ing)?\b|^npm (error|ERR!) *(code |errno |path |command |signal |workspace |location |A complete log|Lifecycle script|$)|A complete log of this run/i;

/**
 * The lines of a failed process's output that a person would quote: from the line that names the failure on, at most 20.
 * @param lines what the process printed, the last line last
 * @returns the last 20 lines where no line names the failure
 */
export function excerptOf(lines: readonly string[]): readonly string[] {
  const from = tellingLineOf(lines) ?? Math.max(0, lines.length - MOST_LINES);
  return lines.slice(from, from + MOST_LINES);
}

/** Where the last thrown error begins, else npm's first reason, else the last complaint among the last lines. */
function tellingLineOf(lines: readonly string[]): number | undefined {
  const lastLines = Math.max(0, lines.length - MOST_LINES);
  for (let at = lines.length - 1; at >= Math.max(0, lines.length - LONGEST_STACK); at--) {
    const line = lines[at] ?? '';
    if (THROWN.some((pattern) => pattern.test(line))) return at;
    // Further up, an error counts only if nothing but its stack follows.
    if (at <= lastLines && !OF_A_STACK.test(line)) break;
  }
  // Node.js marks where a thrown value that is no error was thrown, and prints the value below.
  const mark = lines.findLastIndex((line) => /^ *\^+$/.test(line));
  const thrown = mark < 0 ? -1 : lines.findIndex((line, at) => at > mark && line !== '');
  if (thrown >= 0 && thrown >= lastLines) return thrown;
  const stack = lines.findLastIndex((line, at) => /^ +at /.test(line) && /^\S/.test(lines[at - 1] ?? ''));
  if (stack > 0 && stack - 1 >= lastLines) return stack - 1;
  const ofNpm = lines.findIndex((line) => /^npm (error|ERR!)/.test(line) && !NOT_A_REASON.test(line));
  if (ofNpm >= 0 && ofNpm >= lastLines) return ofNpm;
  const complaint = lines.findLastIndex((line) => COMPLAINT.test(line) && !NOT_A_REASON.test(line));
  return complaint >= 0 && complaint >= lastLines ? complaint : undefined;
}
