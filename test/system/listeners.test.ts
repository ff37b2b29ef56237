import { type AddressInfo, createServer } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { listensOn, listensOnLoopbackOnly, portOwner, portsOf } from '../../src/system/listeners.js';

async function listening(host: string): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
}

describe.runIf(process.platform === 'linux')('who listens on which port', () => {
  it.each(['127.0.0.1', '0.0.0.0', '::1', '::'])('names the process that listens on %s', async (host) => {
    expect(portOwner(await listening(host))).toMatchObject({ pid: process.pid });
  });

  it('knows no process where none listens', () => {
    expect(portOwner(1)).toBeUndefined();
    expect(listensOn(1, process.pid, () => [])).toBe(false);
  });

  it('asks for other processes only when the likely one does not listen', async () => {
    const port = await listening('127.0.0.1');
    const asked: number[] = [];
    const others = (): number[] => {
      asked.push(port);
      return [process.pid];
    };
    expect(listensOn(port, process.pid, others)).toBe(true);
    expect(asked).toEqual([]);
    expect(listensOn(port, 1, others)).toBe(true);
    expect(asked).toEqual([port]);
    expect(listensOn(port, 1, () => [])).toBe(false);
  });

  it.each([
    ['127.0.0.1', true],
    ['127.0.0.2', true],
    ['::1', true],
    ['::ffff:127.0.0.1', true],
    ['0.0.0.0', false],
    ['::', false],
  ])('knows that %s is loopback only: %s', async (host, expected) => {
    expect(listensOnLoopbackOnly(await listening(host), [process.pid])).toBe(expected);
  });

  it('knows nothing of what other processes listen on', async () => {
    expect(listensOnLoopbackOnly(await listening('127.0.0.1'), [1])).toBe(false);
  });

  it('lists the ports of processes in order', async () => {
    const ports = [await listening('127.0.0.1'), await listening('::1')].sort((one, other) => one - other);
    expect(portsOf([process.pid])).toEqual(expect.arrayContaining(ports));
    expect(portsOf([])).toEqual([]);
  });
});
