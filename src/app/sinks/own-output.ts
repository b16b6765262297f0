// Where a command says what it has to say itself: standard output, unless that belongs to the events of a sink.
import type { Call } from '../command.ts';
import type { Output } from '../output.ts';
import type { SinkChoice } from './sink-choice.ts';

export function ownOutput({ stdout, stderr }: Call, sinks: readonly SinkChoice[]): Output {
  return sinks.some(({ type }) => type === 'stdout') ? stderr : stdout;
}
