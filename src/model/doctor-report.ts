/** A mistake with affinity, what shows it, and how to mend it. */
export interface Finding {
  /** The ID of the rule that found it. */
  readonly rule: string;
  readonly functionName: string;
  readonly message: string;
  /** What was seen, one fact each. */
  readonly evidence: readonly string[];
  readonly fix: string;
}

/** What `doctor -o json` prints and `GET /_emulator/v1/doctor` answers. */
export interface DoctorReport {
  readonly findings: readonly Finding[];
  readonly lookedAt: {
    readonly requests: number;
    readonly rules: readonly string[];
  };
}
