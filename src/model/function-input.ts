import type {
  CustomContainerConfig,
  CustomRuntimeConfig,
  FunctionConfig,
  HealthCheckConfig,
  InstanceLifecycleConfig,
  LifecycleHook,
  SessionAffinityConfig,
} from './function.js';

type Structured =
  | 'functionName'
  | 'customRuntimeConfig'
  | 'customContainerConfig'
  | 'instanceLifecycleConfig'
  | 'sessionAffinityConfig';

/** What a function may leave to its defaults. */
export interface FunctionInput extends Partial<Omit<FunctionConfig, Structured>> {
  readonly functionName: string;
  /** The command line as an argument list: short for `customRuntimeConfig.command`. */
  readonly command?: readonly string[];
  readonly customRuntimeConfig?: Partial<Omit<CustomRuntimeConfig, 'healthCheckConfig'>> & {
    readonly healthCheckConfig?: Partial<HealthCheckConfig>;
  };
  readonly customContainerConfig?: Partial<CustomContainerConfig>;
  readonly instanceLifecycleConfig?: {
    readonly [Key in keyof InstanceLifecycleConfig]?: Partial<LifecycleHook>;
  };
  readonly sessionAffinityConfig?: Partial<SessionAffinityConfig>;
  /** Lifts FC's limit of 21600 s, for deployments that have it lifted (spec U3). */
  readonly maxSessionTTLInSeconds?: number;
}
