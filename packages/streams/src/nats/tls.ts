import type { TlsOptions } from '@nats-io/transport-node';
import { assertOption, cleanKeyText, omitUndefined, readKnownOptions } from '@torii/core/internal';
import { readTextFile } from './text-file.ts';

/** Paths of PEM files for TLS. */
export interface NatsTls {
  /** The certificate authorities that may sign the server's certificate. Defaults to those that Node trusts. */
  readonly caFile?: string | undefined;
  /** The client's certificate, if the server requires one. Needs `keyFile`. */
  readonly certFile?: string | undefined;
  /** The private key of `certFile`. */
  readonly keyFile?: string | undefined;
}

const names = ['caFile', 'certFile', 'keyFile'] as const;

export async function readTls(tls: unknown): Promise<TlsOptions> {
  const given = readKnownOptions(tls as NatsTls, names, "tls: { caFile: 'ca.pem' }", 'tls');
  const own = omitUndefined(given, names);
  assertOption('tls', 'certFile' in own === 'keyFile' in own, 'must have both certFile and keyFile, or neither');
  return {
    ...('caFile' in own && { ca: await readPemFile('caFile', own.caFile) }),
    ...('certFile' in own && { cert: await readPemFile('certFile', own.certFile) }),
    ...('keyFile' in own && { key: await readPemFile('keyFile', own.keyFile) }),
  };
}

async function readPemFile(name: keyof NatsTls, path: unknown): Promise<string> {
  const option = `tls.${name}`;
  // OpenSSL reads only PEM whose lines begin at the margin.
  const text = cleanKeyText(await readTextFile(option, path)).replace(/^ +/gm, '');
  assertOption(option, text.includes('-----BEGIN '), 'is not a PEM file');
  return `${text}\n`;
}
