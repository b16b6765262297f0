// A sink for NATS at a cluster that keeps its JetStream stream three times, while the leader of that stream is killed
// under load. LEADER_KILLS sets how many are (1 by default; each costs the cluster 4 to 9 s until it has another one).
import { NatsSink } from '../../src/relay/sinks/nats/nats-sink.ts';
import { natsPlaceOf } from '../../src/relay/sinks/nats/settings.ts';
import { describeWithEngine, startNatsCluster } from '../support/engines.ts';
import { idsInJetStream, withManager } from '../support/jet-stream.ts';
import type { KeptServer } from '../support/kept-server.ts';
import { at, batch, never, numbers, rows } from '../support/sink-batches.ts';
import { until } from '../support/until.ts';

const KILLS = Number(process.env.LEADER_KILLS ?? 1);
/** Before the first kill, between them, and behind the last one. */
const EVENTS = 2000;
const BATCH = 200;

describeWithEngine('nats', 'a sink for a cluster of NATS', () => {
  it(
    'publishes each event once while leaders are killed',
    async () => {
      const nodes = await startNatsCluster(3);
      const servers = nodes.map(({ url }) => url);
      const place = natsPlaceOf({ servers, replicas: 3 }, 'main');
      const sink = new NatsSink({ title: 'The sink n', stream: 'main', place });
      let failures = 0;
      /** As the relay does it, however long the cluster takes. */
      const opened = () =>
        until(
          () =>
            sink.open(at(0), never).then(
              (position) => ({ done: Number(position?.id ?? 0) }),
              () => null,
            ),
          60_000,
        );
      const leader = async () => {
        const { cluster } = await withAny(servers, (manager) => manager.streams.info('evt_main'));
        return nodes[Number(cluster?.leader?.slice(1))] as KeptServer;
      };
      try {
        let { done } = await opened();
        let killed: KeptServer | null = null;
        for (let round = 0; round <= KILLS; round += 1) {
          const upTo = EVENTS * (round + 1);
          const victim: KeptServer | null = round === 0 ? null : await leader();
          await killed?.start();
          killed = victim;
          let killing: Promise<void> | null = null;
          while (done < upTo) {
            try {
              const writing = sink.write(
                batch(rows(done + 1, Math.min(done + BATCH, upTo))),
                never,
              );
              if (killing === null) killing = victim?.crash() ?? Promise.resolve();
              await writing;
              done = Math.min(done + BATCH, upTo);
            } catch {
              failures += 1;
              await sink.close();
              ({ done } = await opened());
            }
          }
          await killing;
        }
        await sink.close();
        expect(failures).toBeGreaterThanOrEqual(KILLS);
        const held = await withAny(servers, (_, url) => idsInJetStream(url));
        expect(held).toEqual(numbers(1, EVENTS * (KILLS + 1)));
      } finally {
        await Promise.all(nodes.map((node) => node.close()));
      }
    },
    60_000 + KILLS * 60_000,
  );
});

/** Whichever answers. */
function withAny<T>(
  servers: readonly string[],
  work: (manager: Parameters<Parameters<typeof withManager>[1]>[0], url: string) => Promise<T>,
): Promise<T> {
  return until(async () => {
    for (const url of servers) {
      const found = await withManager(url, (manager) => work(manager, url), {
        timeout: 1000,
      }).catch(() => null);
      if (found !== null) return found;
    }
    return null;
  }) as Promise<T>;
}
