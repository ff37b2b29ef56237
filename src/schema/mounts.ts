import { z } from 'zod';
import { flag, integer, list, object, optional, string } from './fields.js';

const posixId = () => optional(integer(-(2 ** 31), 2 ** 31 - 1));
const text = () => optional(string());
const points = <T extends z.ZodRawShape>(shape: T) => optional(list(object(shape), 'a list of objects'));

/** The storage that a session asks for, with the keys of the structs of SDK 4.7.6. */
export const MOUNTS = {
  nasConfig: optional(
    object({
      userId: posixId(),
      groupId: posixId(),
      mountPoints: points({ serverAddr: text(), mountDir: text(), enableTLS: optional(flag()) }),
    }),
  ),
  ossMountConfig: optional(
    object({
      mountPoints: points({
        bucketName: text(),
        bucketPath: text(),
        endpoint: text(),
        mountDir: text(),
        readOnly: optional(flag()),
      }),
    }),
  ),
  polarFsConfig: optional(
    object({
      userId: posixId(),
      groupId: posixId(),
      mountPoints: points({
        instanceId: text(),
        mountDir: text(),
        remoteDir: text(),
        readOnly: optional(flag()),
      }),
    }),
  ),
  juiceFsConfig: optional(
    object({
      envs: optional(z.record(z.string(), string(), { error: 'an object of strings' })),
      mountPoints: points({
        volumeName: text(),
        token: text(),
        remoteDir: text(),
        mountDir: text(),
        args: optional(list(string(), 'a list of strings')),
      }),
    }),
  ),
} as const;
