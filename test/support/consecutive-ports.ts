import { isFree } from '../../src/system/ports.js';

/** @returns the first of `count` consecutive ports that are free, below those that the system gives to clients */
export async function consecutivePorts(count: number): Promise<number> {
  for (;;) {
    const first = 10_000 + Math.floor(Math.random() * 20_000);
    const ports = Array.from({ length: count }, (_, at) => first + at);
    const free = await Promise.all(ports.map((port) => isFree(port)));
    if (free.every(Boolean)) return first;
  }
}
