/** A Version as the API returns it (struct Version, SDK 4.7.6). Times are UTC in whole seconds. */
export interface Version {
  readonly versionId: string;
  readonly description: string;
  readonly createdTime: string;
  readonly lastModifiedTime: string;
}

/** An Alias as the API returns it (struct Alias, SDK 4.7.6). Times are UTC in whole seconds. */
export interface Alias {
  readonly aliasName: string;
  readonly versionId: string;
  readonly description: string;
  readonly createdTime: string;
  readonly lastModifiedTime: string;
}

/** `FORWARD`: the oldest first. `BACKWARD`: the newest first. */
export const VERSION_DIRECTIONS = ['BACKWARD', 'FORWARD'] as const;
export type VersionDirection = (typeof VERSION_DIRECTIONS)[number];

export interface VersionPage {
  readonly versions: readonly Version[];
  readonly direction: VersionDirection;
  /** Absent on the last page. */
  readonly nextToken?: string;
}

export interface AliasPage {
  readonly aliases: readonly Alias[];
  /** Absent on the last page. */
  readonly nextToken?: string;
}
