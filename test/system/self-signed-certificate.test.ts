import { createPrivateKey, X509Certificate } from 'node:crypto';
import { expect, test } from 'vitest';
import { selfSignedCertificate } from '../../src/system/self-signed-certificate.js';

const NAMES = ['localhost', 'my-cart.localhost', '127.0.0.1', '::1', '2001:db8::7', '::ffff:10.0.0.1'];
const NOW = Date.parse('2026-11-25T18:00:00Z');

test('signs its own key, for names and addresses, for a year', () => {
  const { cert, key } = selfSignedCertificate(NAMES, NOW);
  const read = new X509Certificate(cert);
  expect(read.verify(read.publicKey)).toBe(true);
  expect(read.checkPrivateKey(createPrivateKey(key))).toBe(true);
  expect(read.checkIssued(read)).toBe(true);
  for (const name of NAMES.slice(0, 2)) expect(read.checkHost(name)).toBe(name);
  for (const address of NAMES.slice(2)) expect(read.checkIP(address)).toBe(address);
  expect(read.checkHost('other.localhost')).toBeUndefined();
  expect(read.checkIP('127.0.0.2')).toBeUndefined();
  expect(read.keyUsage).toEqual(['1.3.6.1.5.5.7.3.1']);
  expect(new Date(read.validFrom).toISOString()).toBe('2026-11-25T17:00:00.000Z');
  expect(new Date(read.validTo).toISOString()).toBe('2027-11-25T18:00:00.000Z');
});

test('every certificate has a key and a number of its own', () => {
  const [one, other] = [0, 1].map(() => new X509Certificate(selfSignedCertificate(['localhost'], NOW).cert));
  expect(one?.serialNumber).not.toBe(other?.serialNumber);
  expect(one?.fingerprint256).not.toBe(other?.fingerprint256);
});

test('is valid past 2049', () => {
  const { cert } = selfSignedCertificate(['localhost'], Date.parse('2049-06-01T00:00:00Z'));
  expect(new Date(new X509Certificate(cert).validTo).toISOString()).toBe('2050-06-01T00:00:00.000Z');
});
