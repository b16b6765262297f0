// What a stream of Redis holds, read as a subscriber would.
import { createClient } from '@redis/client';

export interface Entry {
  readonly id: string;
  readonly fields: Readonly<Record<string, string>>;
}

export async function readRedis(url: string, key = 'evt:main'): Promise<Entry[]> {
  const entries = await askRedis(url, ['XRANGE', key, '-', '+']);
  return (entries as [string, string[]][]).map(([id, fields]) => {
    const names = fields.filter((_, nth) => nth % 2 === 0);
    return {
      id,
      fields: Object.fromEntries(names.map((name, nth) => [name, fields[2 * nth + 1] as string])),
    };
  });
}

/** The events' ids in their order. */
export async function idsInRedis(url: string, key?: string): Promise<number[]> {
  return (await readRedis(url, key)).map(({ id }) => Number(id.replace(/-0$/, '')));
}

export async function askRedis(url: string, ...commands: string[][]): Promise<unknown> {
  const client = createClient({ url, RESP: 2, socket: { reconnectStrategy: false } });
  client.on('error', () => {});
  try {
    await client.connect();
    let answer: unknown;
    for (const command of commands) answer = await client.sendCommand(command);
    return answer;
  } finally {
    client.destroy();
  }
}
