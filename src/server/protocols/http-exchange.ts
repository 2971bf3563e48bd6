import type { NoAnswer, ServerRequest } from './protocol.ts';

/** A request that says nothing else gives up then, milliseconds. */
export const defaultTimeoutMs = 30_000;
/** More is no answer of a model, bytes. */
export const largestAnswer = 64 * 1024 * 1024;
const notOpen = new Set(['ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH', 'ENOTFOUND', 'EAI_AGAIN', 'EADDRNOTAVAIL']);

/** What a request says about itself, names in lower case. */
export function headersOf({ body, contentType }: ServerRequest): Record<string, string> {
  return {
    accept: 'application/json',
    ...(body === undefined ? {} : { 'content-type': contentType ?? 'application/json' }),
  };
}

/** Why there is no answer, from the error of a connection. */
export function reasonOf(error: Error): NoAnswer['reason'] {
  return notOpen.has(codeOf(error)) ? 'refused' : 'broken';
}

/** Node's codes where a certificate is not trusted or not for that name, and OpenSSL's for a handshake that fails. */
const ofTls =
  /^(CERT_|CRL_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|ERROR_IN_C|INVALID_(CA|PURPOSE)$|PATH_LENGTH_|HOSTNAME_MISMATCH$|ERR_TLS_|ERR_SSL_|EPROTO$)/;

/** Whether there is no TLS with that server, whatever it is asked. */
export function isTlsTrouble(error: Error): boolean {
  return ofTls.test(codeOf(error));
}

function codeOf(error: Error): string {
  return 'code' in error ? String(error.code) : '';
}
