import { generateKeyPairSync } from 'node:crypto';

/** A fresh key pair as PEM; `password` encrypts the private one. */
export function keyPair(curve: string, password?: string): { privateKey: string; publicKey: string } {
  return generateKeyPairSync('ec', {
    namedCurve: curve,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: {
      type: 'pkcs8',
      format: 'pem',
      ...(password === undefined ? {} : { cipher: 'aes-256-cbc', passphrase: password }),
    },
  });
}
