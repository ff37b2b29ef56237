import { z } from 'zod';
import { flag, integer, optional, string } from './fields.js';

const posixId = () => optional(integer(-(2 ** 31), 2 ** 31 - 1));
const text = () => optional(string());
const object = <T extends z.ZodRawShape>(shape: T) => z.object(shape, { error: 'a JSON object' });
const points = <T extends z.ZodRawShape>(shape: T) =>
  optional(z.array(object(shape), { error: 'a list of objects' }));

/** The storage a session asks for, by the structs of SDK 4.7.6: kept as given, and nothing but their own keys. */
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
        args: optional(z.array(string(), { error: 'a list of strings' })),
      }),
    }),
  ),
} as const;
