import type { TlsOptions } from '@nats-io/transport-node';
import { assertOption, omitUndefined, readKnownOptions } from '@torii/core/adapter';
import { readTextFile } from './text-file.ts';

/** Paths of PEM files. */
export interface NatsTls {
  /** Whom to believe that they are the server. Left out, whom Node believes. */
  readonly caFile?: string | undefined;
  /** A certificate of this client, and its key, where the server asks for one. */
  readonly certFile?: string | undefined;
  readonly keyFile?: string | undefined;
}

const names = ['caFile', 'certFile', 'keyFile'] as const;

/** @throws ToriiConfigError for files that cannot be read, and for one of a pair */
export async function readTls(tls: unknown): Promise<TlsOptions> {
  const given = readKnownOptions(tls as NatsTls, names, "tls: { caFile: 'ca.pem' }", 'tls');
  const own = omitUndefined(given, names);
  assertOption('tls', 'certFile' in own === 'keyFile' in own, 'has one of certFile and keyFile: it takes both');
  return {
    ...('caFile' in own && { ca: await readPemFile('caFile', own.caFile) }),
    ...('certFile' in own && { cert: await readPemFile('certFile', own.certFile) }),
    ...('keyFile' in own && { key: await readPemFile('keyFile', own.keyFile) }),
  };
}

async function readPemFile(name: keyof NatsTls, path: unknown): Promise<string> {
  const option = `tls.${name}`;
  const text = await readTextFile(option, path);
  assertOption(option, text.includes('-----BEGIN '), 'is no PEM file');
  return text;
}
