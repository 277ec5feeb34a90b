import type { TlsOptions } from '@nats-io/transport-node';
import { demand, readOptions } from '../demand.ts';
import { readTextFile } from './text-file.ts';

/** Paths of PEM files. */
export interface NatsTls {
  /** Whom to believe that they are the server. Left out, whom Node believes. */
  readonly caFile?: string | undefined;
  /** A certificate of this client, and its key, where the server asks for one. */
  readonly certFile?: string | undefined;
  readonly keyFile?: string | undefined;
}

/** @throws ToriiConfigError for files that cannot be read, and for one of a pair */
export async function readTls(tls: NatsTls): Promise<TlsOptions> {
  const { caFile, certFile, keyFile } = readOptions(tls, ['caFile', 'certFile', 'keyFile']);
  demand('tls', (certFile === undefined) === (keyFile === undefined), 'has one of certFile and keyFile: it takes both');
  return {
    ...(caFile !== undefined && { ca: await readPemFile('caFile', caFile) }),
    ...(certFile !== undefined && { cert: await readPemFile('certFile', certFile) }),
    ...(keyFile !== undefined && { key: await readPemFile('keyFile', keyFile) }),
  };
}

async function readPemFile(name: keyof NatsTls, path: string): Promise<string> {
  const option = `tls.${name}`;
  const text = await readTextFile(option, path);
  demand(option, text.includes('-----BEGIN '), 'is no PEM file');
  return text;
}
