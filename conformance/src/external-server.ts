import type { TestServer } from './test-server.ts';

/** A server of any language that already listens. */
export async function connectTo(url: string): Promise<TestServer> {
  const visits = new URL('/_conformance/visits', url);
  const reportsVisits = (await readVisits(visits)) !== undefined;
  return {
    url: new URL(url).origin,
    ...(reportsVisits && {
      async takeVisits() {
        const found = await readVisits(visits);
        if (found === undefined) throw new Error(`${visits} no longer returns an array of strings.`);
        return found;
      },
    }),
    async revoke(name: string) {
      const place = new URL('/_conformance/revoke', url);
      const body = JSON.stringify({ name });
      const response = await fetch(place, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body });
      if (!response.ok)
        throw new Error(`POST ${place} returned ${response.status}. Leave out the feature revocations.`);
    },
  };
}

async function readVisits(place: URL): Promise<readonly string[] | undefined> {
  const response = await fetch(place, { redirect: 'manual' }).catch((error: Error) => {
    throw new Error(`No server answers at ${place.origin}: ${error.cause ?? error.message}.`);
  });
  if (response.status !== 200) return undefined;
  const visits: unknown = await response.json().catch(() => undefined);
  return Array.isArray(visits) && visits.every((name) => typeof name === 'string') ? visits : undefined;
}
