/** A pair of keys. The secret never leaves the process that was given it. */
export interface AccessKey {
  readonly accessKeyId: string;
  readonly accessKeySecret: string;
}

/** Who signs: a pair of keys, with the token that belongs to a temporary one (STS). */
export interface Signer extends AccessKey {
  readonly securityToken?: string | undefined;
}
