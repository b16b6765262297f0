// Every metric of the service in one place, each app with a registry of its own. docs/metrics.md explains them; a
// test holds the two together.
import { Counter, Gauge, Histogram, Registry } from 'prom-client';

const SECONDS = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10];
const SIZES = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000];

export type Metrics = ReturnType<typeof createMetrics>;

export function createMetrics() {
  const registry = new Registry();
  const registers = [registry];
  const counter = <L extends string>(name: string, help: string, labelNames: readonly L[]) =>
    new Counter({ name: `aftercommit_${name}`, help, labelNames, registers });
  const gauge = <L extends string>(name: string, help: string, labelNames: readonly L[]) =>
    new Gauge({ name: `aftercommit_${name}`, help, labelNames, registers });
  const histogram = <L extends string>(
    name: string,
    help: string,
    buckets: number[],
    labelNames: readonly L[],
  ) => new Histogram({ name: `aftercommit_${name}`, help, buckets, labelNames, registers });

  return {
    registry,
    appended: counter('appended_events_total', 'Events appended by calls.', ['stream']),
    moved: counter('moved_events_total', 'Inbox rows that got their ids.', ['stream']),
    repeatedCalls: counter(
      'repeated_calls_total',
      'Calls answered with the ids of an earlier one, by their idempotency key.',
      ['stream'],
    ),
    flushSeconds: histogram('flush_seconds', 'Duration of a flush.', SECONDS, ['stream']),
    flushEvents: histogram('flush_events', 'Events of a flush.', SIZES, ['stream']),
    flushQueue: gauge('flush_queue_events', 'Events that wait for a flush.', ['stream']),
    rejected: counter('rejected_events_total', 'Events refused because the queue was full.', [
      'stream',
    ]),
    inboxRows: gauge('inbox_rows', 'Rows that wait for their place in the order.', ['stream']),
    inboxAgeSeconds: gauge('inbox_age_seconds', 'Age of the oldest of them.', ['stream']),
    newest: gauge('newest_id', 'The newest id.', ['stream']),
    discardedUpTo: gauge('discarded_up_to_id', 'The greatest id that was discarded.', ['stream']),
    databaseMoves: counter(
      'database_moves_total',
      'Times that another of several servers of a database was connected to.',
      ['database'],
    ),
    databaseAwaySeconds: gauge(
      'database_away_seconds',
      'For how long a database has been away; 0 = it is there.',
      ['database'],
    ),
    commitsWaitSeconds: gauge(
      'commits_wait_seconds',
      'For how long a commit has been seen to wait for another server.',
      [],
    ),
    feedEvents: counter('feed_events_total', 'Events that the feed read.', ['stream']),
    feedReads: counter('feed_reads_total', 'Looks of the feed.', ['stream', 'found']),
    forks: counter('forks_total', 'Times that this node went over to another history.', ['stream']),
    windowEvents: gauge('window_events', 'Events held in memory.', ['stream']),
    invalidData: counter(
      'invalid_data_events_total',
      'Events whose data is not JSON, sent as null.',
      ['stream'],
    ),
    delivered: counter('delivered_events_total', 'Events sent.', ['stream', 'by']),
    batches: counter('delivered_batches_total', 'Batches sent.', ['stream', 'by']),
    notCarried: counter(
      'not_carried_events_total',
      'Events passed over because the FutoIn wire cannot express their type.',
      ['stream'],
    ),
    skipped: counter('skipped_events_total', 'Events that LIVE readers were too slow for.', [
      'stream',
    ]),
    pushErrors: counter('push_errors_total', 'Batches that were not acknowledged.', [
      'stream',
      'reason',
    ]),
    fallbacks: counter(
      'fallbacks_total',
      'Readers that fell behind what is held in memory, and read the database.',
      ['stream', 'by'],
    ),
    takeovers: counter('takeovers_total', 'Readers replaced by a newer one.', ['stream']),
    subscriptions: gauge('subscriptions', 'Attached push readers.', ['stream', 'kind']),
    ackFlushes: counter('ack_flushes_total', 'Coalesced updates of cursors.', []),
    acks: counter('acks_total', 'Acknowledgements written.', []),
    consumerLag: gauge('consumer_lag_events', 'Newest minus cursor.', ['stream', 'consumer']),
    consumerLagSeconds: gauge(
      'consumer_lag_seconds',
      'Age of the oldest event it has not acknowledged.',
      ['stream', 'consumer'],
    ),
    consumerStale: gauge(
      'consumer_stale',
      '1 = has events to read and has not moved for too long.',
      ['stream', 'consumer'],
    ),
    consumerFailures: counter(
      'consumer_failures_total',
      'Batches that a consumer could not handle, by its refusal, its silence or its end.',
      ['stream', 'consumer'],
    ),
    parked: counter('parked_events_total', 'Events that were parked.', ['stream', 'consumer']),
    consumerFailingTries: gauge(
      'consumer_failing_tries',
      'Tries in a row of what it cannot handle; 0 = it does not fail.',
      ['stream', 'consumer'],
    ),
    consumerParked: gauge('consumer_parked_events', 'Events that are parked for it.', [
      'stream',
      'consumer',
    ]),
    connections: gauge('connections', 'Open WebSocket connections.', []),
    stateUnclear: counter(
      'state_unclear_events_total',
      'Events that do not say which item of the state they change.',
      ['stream'],
    ),
    statePuts: counter('state_puts_built_total', 'Times that a whole state was worded.', [
      'stream',
    ]),
    sseConnections: gauge('sse_connections', 'Connected clients of /streams/.', ['kind']),
    sseResumes: counter('sse_resumes_total', 'Clients of /streams/ that came with an id.', [
      'kind',
    ]),
    sseResets: counter(
      'sse_resets_total',
      'Clients of /streams/ that could not go on from their position.',
      ['reason'],
    ),
    sseBytes: counter('sse_bytes_total', 'Bytes written to clients of /streams/.', ['kind']),
    calls: counter('rpc_calls_total', 'Calls by method and outcome.', ['method', 'outcome']),
    callSeconds: histogram('rpc_call_seconds', 'Duration of a call, waiting included.', SECONDS, [
      'method',
    ]),
    archived: counter('archived_events_total', 'Events copied to the warehouse.', ['stream']),
    discarded: counter('discarded_events_total', 'Events deleted from the active database.', [
      'stream',
    ]),
    setAside: counter('consumers_set_aside_total', 'Consumers that hold discarding back no more.', [
      'stream',
    ]),
    copied: counter('copied_events_total', 'Events that copies have written.', ['copy']),
    receiverErrors: counter(
      'receiver_errors_total',
      'Times that a reader could not be given events.',
      ['stream'],
    ),
    sinkErrors: counter('sink_errors_total', 'Batches that a sink could not write.', [
      'stream',
      'sink',
    ]),
    sinkEvents: counter('sink_events_total', 'Events that a sink has written.', ['stream', 'sink']),
    sinkSkipped: counter(
      'sink_skipped_events_total',
      'Events that were passed over because a sink refused them.',
      ['stream', 'sink'],
    ),
    sinkGaps: counter('sink_gaps_total', 'Times that a sink went on behind discarded events.', [
      'stream',
      'sink',
    ]),
    sinkStopped: gauge('sink_stopped', '1 = it has failed, and was stopped then.', [
      'stream',
      'sink',
    ]),
    sinkLate: gauge('sink_late', '1 = more events wait for it than it may have.', [
      'stream',
      'sink',
    ]),
    ready: gauge('ready', '1 = it has started, and does not stop.', []),
    loopErrors: counter('loop_errors_total', 'Failed rounds of background loops.', [
      'loop',
      'stream',
    ]),
  };
}
