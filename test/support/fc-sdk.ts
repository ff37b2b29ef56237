import { createRequire } from 'node:module';
import type sdk from '@alicloud/fc20230330';

// Required, not imported: bundlers and Node disagree on what the default of this CommonJS module is.
const fc = createRequire(import.meta.url)('@alicloud/fc20230330') as typeof sdk;

type RuntimeOptionsOf = Parameters<InstanceType<typeof fc.default>['invokeFunctionWithOptions']>[3];
export const { RuntimeOptions } = createRequire(import.meta.url)('@darabonba/typescript') as {
  readonly RuntimeOptions: new (options: object) => RuntimeOptionsOf;
};

export type FcSdk = InstanceType<typeof fc.default>;
export const {
  CreateAliasInput,
  CreateAliasRequest,
  CreateFunctionInput,
  CreateFunctionRequest,
  CreateSessionInput,
  CreateSessionRequest,
  CreateTriggerInput,
  CreateTriggerRequest,
  DeleteScalingConfigRequest,
  DeleteSessionRequest,
  DisableFunctionInvocationRequest,
  GetFunctionCodeRequest,
  GetFunctionRequest,
  GetScalingConfigRequest,
  GetSessionRequest,
  InputCodeLocation,
  InvokeFunctionHeaders,
  InvokeFunctionRequest,
  ListAliasesRequest,
  ListConcurrencyConfigsRequest,
  ListFunctionVersionsRequest,
  ListFunctionsRequest,
  ListInstancesRequest,
  ListScalingConfigsRequest,
  ListSessionsRequest,
  ListTriggersRequest,
  PauseSessionRequest,
  PublishFunctionVersionRequest,
  PublishVersionInput,
  PutConcurrencyConfigRequest,
  PutConcurrencyInput,
  PutScalingConfigInput,
  PutScalingConfigRequest,
  ResumeSessionRequest,
  Tag,
  UpdateAliasInput,
  UpdateAliasRequest,
  UpdateFunctionInput,
  UpdateFunctionRequest,
  UpdateSessionInput,
  UpdateSessionRequest,
  UpdateTriggerInput,
  UpdateTriggerRequest,
} = fc;

interface Keys {
  readonly accessKeyId: string;
  readonly accessKeySecret: string;
  /** Of a temporary pair of keys. */
  readonly securityToken?: string;
}

/** The vendor's own client, pointed at this machine the way its users do it (spec §5.5). */
export function fcSdk(port: number, keys: Keys = { accessKeyId: 'ak', accessKeySecret: 'sk' }): FcSdk {
  type Config = ConstructorParameters<typeof fc.default>[0];
  return new fc.default({
    ...keys,
    endpoint: `127.0.0.1:${port}`,
    protocol: 'HTTP',
    regionId: 'local',
  } as Config);
}

/** What the SDK throws for an error of the server. */
export interface SdkError {
  readonly name: string;
  readonly code: string;
  readonly statusCode: number;
  readonly requestId: string;
  readonly message: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** @returns the error that the call ends with; fails when it ends well */
export async function sdkError(call: Promise<unknown>): Promise<SdkError> {
  try {
    await call;
  } catch (error) {
    return error as SdkError;
  }
  throw new Error('the call was expected to fail');
}
