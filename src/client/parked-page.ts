// Parked events as they came off the wire: as parsed values, and on request as their writers wrote them.
import type { ListParkedResult } from '../contract/generated/types.ts';
import { type WrittenEvent, writtenEvents } from './received-batch.ts';

/** Some of the events that are parked for a consumer. */
export interface ParkedPage extends ListParkedResult {
  /** Gives the same events with their data as JSON text, where parsing loses `1.0` and 2^53+1. */
  asWritten(): readonly WrittenEvent[];
}

export function readParkedPage(text: string): ParkedPage {
  const page = JSON.parse(text) as ListParkedResult;
  return { ...page, asWritten: () => writtenEvents(text, 0) };
}
