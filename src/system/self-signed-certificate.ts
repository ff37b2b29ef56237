import { generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { isIP } from 'node:net';

export interface Certificate {
  /** Both in PEM. */
  readonly cert: string;
  readonly key: string;
}

const ISSUER = 'fc-affinity, self-signed';
const HOUR_MS = 3600 * 1000;
/** Browsers refuse certificates that are valid for more than 398 days. */
const LIFETIME_MS = 365 * 24 * HOUR_MS;

/**
 * Makes a key pair and a certificate for it (X.509 v3, ECDSA on P-256), which the pair signs itself.
 * @param names host names and IP addresses for which it is valid
 * @param now milliseconds since 1970
 */
export function selfSignedCertificate(names: readonly string[], now: number): Certificate {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const algorithm = sequence(OID.ecdsaWithSha256);
  const name = sequence(set(sequence(OID.commonName, utf8(ISSUER))));
  const toSign = sequence(
    tagged(0, integer(Buffer.from([2]))),
    integer(Buffer.concat([Buffer.from([1]), randomBytes(15)])),
    algorithm,
    name,
    // Clocks of other machines, as of a container, may be behind.
    sequence(time(now - HOUR_MS), time(now + LIFETIME_MS)),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    tagged(
      3,
      sequence(
        extension(OID.extendedKeyUsage, sequence(OID.serverAuthentication)),
        extension(OID.subjectAltName, sequence(...names.map(generalName))),
      ),
    ),
  );
  const signature = sign('sha256', toSign, privateKey);
  const whole = sequence(toSign, algorithm, der(0x03, Buffer.from([0]), signature));
  return {
    cert: pem('CERTIFICATE', whole),
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}

/** A value in DER: its tag, its length, its content. */
function der(tag: number, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  if (length < 0x80) return Buffer.concat([Buffer.from([tag, length]), content]);
  if (length < 0x100) return Buffer.concat([Buffer.from([tag, 0x81, length]), content]);
  return Buffer.concat([Buffer.from([tag, 0x82, length >> 8, length & 0xff]), content]);
}

const OID = {
  ecdsaWithSha256: der(0x06, Buffer.from('2a8648ce3d040302', 'hex')),
  commonName: der(0x06, Buffer.from('550403', 'hex')),
  extendedKeyUsage: der(0x06, Buffer.from('551d25', 'hex')),
  serverAuthentication: der(0x06, Buffer.from('2b06010505070301', 'hex')),
  subjectAltName: der(0x06, Buffer.from('551d11', 'hex')),
} as const;

function sequence(...parts: readonly Buffer[]): Buffer {
  return der(0x30, ...parts);
}

function set(...parts: readonly Buffer[]): Buffer {
  return der(0x31, ...parts);
}

function tagged(number: number, content: Buffer): Buffer {
  return der(0xa0 + number, content);
}

/** @param bytes big-endian, the first below 0x80 */
function integer(bytes: Buffer): Buffer {
  return der(0x02, bytes);
}

function utf8(text: string): Buffer {
  return der(0x0c, Buffer.from(text));
}

/** GeneralizedTime begins in 2050; UTCTime, with two digits of the year, ends in 2049 (RFC 5280 §4.1.2.5). */
function time(instant: number): Buffer {
  const digits = new Date(instant).toISOString().replace(/\.\d+|[-:T]/g, '');
  return digits < '2050' ? der(0x17, Buffer.from(digits.slice(2))) : der(0x18, Buffer.from(digits));
}

function extension(id: Buffer, value: Buffer): Buffer {
  return sequence(id, der(0x04, value));
}

/** A DNS name, or the 4 or 16 bytes of an IP address. */
function generalName(name: string): Buffer {
  switch (isIP(name)) {
    case 4:
      return der(0x87, Buffer.from(name.split('.').map(Number)));
    case 6:
      return der(0x87, bytesOfIPv6(name));
    default:
      return der(0x82, Buffer.from(name));
  }
}

function bytesOfIPv6(address: string): Buffer {
  // A URL writes the last 32 bits of an address as groups, too.
  const [head = '', tail] = new URL(`http://[${address}]`).hostname.slice(1, -1).split('::');
  const groups = (text: string | undefined): string[] => (text ? text.split(':') : []);
  const zeros = Array.from({ length: 8 - groups(head).length - groups(tail).length }, () => '0');
  const all = [...groups(head), ...(tail === undefined ? [] : zeros), ...groups(tail)];
  return Buffer.from(all.map((group) => group.padStart(4, '0')).join(''), 'hex');
}

function pem(label: string, bytes: Buffer): string {
  const lines = bytes.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`;
}
