/** What the app's own services answer to a token. The test passes their URLs. */
export async function askServices(token: string | null): Promise<string> {
  const urls: readonly string[] = JSON.parse(process.env.SERVICES ?? '[]');
  const headers = { Authorization: `Bearer ${token}` };
  const answers = await Promise.all(urls.map((url) => fetch(url, { headers, cache: 'no-store' })));
  return JSON.stringify(await Promise.all(answers.map((answer) => answer.json())));
}
