import { describe, expect, test } from 'vitest';
import { completeFunction } from '../../src/model/function-config.js';
import { ADVANCE_BODY, checkBody, parseCreateSession, parseUpdateSession } from '../../src/schema/index.js';

describe('C10: keys of a body are read without regard to letter case, and given on as the API spells them', () => {
  test.each([
    ['SessionTTLInSeconds', 600, { sessionTTLInSeconds: 600 }],
    ['sessionttlinseconds', 600, { sessionTTLInSeconds: 600 }],
    ['SESSIONIDLETIMEOUTINSECONDS', 60, { sessionIdleTimeoutInSeconds: 60 }],
    ['DisableSessionIDReuse', true, { disableSessionIdReuse: true }],
  ])('%s', (key, value, read) => {
    expect(parseCreateSession({ [key]: value })).toEqual(read);
    expect(parseUpdateSession({ [key]: value })).toEqual(read);
  });

  test('SessionID, which only a creation has', () => {
    expect(parseCreateSession({ SessionID: 'chosen' })).toEqual({ sessionId: 'chosen' });
  });

  test('keys within mounts, and within the lists of their mount points', () => {
    const mounts = {
      NASConfig: {
        UserId: 1,
        GROUPID: 2,
        MountPoints: [{ ServerAddr: 'a', mountdir: '/m', EnableTls: true }],
      },
      OSSMountConfig: { mountpoints: [{ BucketName: 'b', READONLY: false }] },
      PolarFSConfig: { MountPoints: [{ InstanceID: 'i', RemoteDir: '/r' }] },
      JuiceFSConfig: { Envs: { Kept: 'As given' }, MountPoints: [{ VolumeName: 'v', Args: ['-x'] }] },
    };
    expect(parseUpdateSession(mounts)).toEqual({
      nasConfig: {
        userId: 1,
        groupId: 2,
        mountPoints: [{ serverAddr: 'a', mountDir: '/m', enableTLS: true }],
      },
      ossMountConfig: { mountPoints: [{ bucketName: 'b', readOnly: false }] },
      polarFsConfig: { mountPoints: [{ instanceId: 'i', remoteDir: '/r' }] },
      juiceFsConfig: { envs: { Kept: 'As given' }, mountPoints: [{ volumeName: 'v', args: ['-x'] }] },
    });
  });

  test("of the emulator's own API", () => {
    expect(checkBody(ADVANCE_BODY, { Milliseconds: 5 })).toEqual({ milliseconds: 5 });
  });

  test('of two spellings of one key the last counts, as where JSON gives a key twice', () => {
    const body = JSON.parse('{"sessionTTLInSeconds":600,"SessionTTLInSeconds":700}');
    expect(parseUpdateSession(body)).toEqual({ sessionTTLInSeconds: 700 });
  });

  test('a value that is refused is refused under the spelling of the API', () => {
    expect(() => parseUpdateSession({ SESSIONTTLINSECONDS: 0 })).toThrow(
      'sessionTTLInSeconds must be an integer from 1 to 21600, got "0"',
    );
    expect(() => parseUpdateSession({ NasConfig: { Mountpoints: [{ ENABLETLS: 'yes' }] } })).toThrow(
      'nasConfig.mountPoints[0].enableTLS must be true or false, got the string "yes"',
    );
  });

  test('a key that no spelling makes one of the API is passed over, as newer SDKs send them', () => {
    expect(parseUpdateSession({ sessionTTL: 5, allowInternetAccess: true })).toEqual({});
  });

  test('of sessionAffinityConfig, whose header name is stored in lower case', () => {
    const sessionAffinityConfig = JSON.parse(
      '{"AffinityHeaderFieldName":"mySessionId","SessionTTLInSeconds":600,"sessionidletimeoutinseconds":60}',
    );
    const command = ['node'];
    expect(
      completeFunction({ functionName: 'f', command, sessionAffinity: 'HEADER_FIELD', sessionAffinityConfig })
        .sessionAffinityConfig,
    ).toMatchObject({
      affinityHeaderFieldName: 'mysessionid',
      sessionTTLInSeconds: 600,
      sessionIdleTimeoutInSeconds: 60,
    });
  });
});
