// The two ends of a copy, made of what keeps the events: an open database and a stream in it, or files.
import type { EventId } from '../contract/event-id.ts';
import type { Store } from '../store/store.ts';
import type { Warehouse } from '../store/warehouse.ts';
import type { CopySource } from './copying/copy-source.ts';
import type { CopyDestination } from './copying/destination.ts';
import { FileDestination } from './copying/file-destination.ts';
import { FileSource } from './copying/file-source.ts';
import { HistorySource } from './copying/history-source.ts';
import { QueueSource } from './copying/queue-source.ts';
import { TableDestination } from './copying/table-destination.ts';
import type { FilesReference, TableReference } from './reference.ts';

export type { CopySource } from './copying/copy-source.ts';
export type { CopyDestination } from './copying/destination.ts';

/** A reference whose database is open. */
export type CopyPlace =
  | { readonly reference: TableReference; readonly store: Store }
  | { readonly reference: TableReference; readonly warehouse: Warehouse }
  | { readonly reference: FilesReference };

export interface SourceOptions {
  /** Told of each row that is no event, and goes out as null. */
  readonly onInvalid: (id: EventId) => void;
  /** Files are held against their metas. */
  readonly isVerified: boolean;
}

export function sourceAt(place: CopyPlace, { onInvalid, isVerified }: SourceOptions): CopySource {
  if ('store' in place) {
    const { store, reference } = place;
    return new QueueSource({ store, stream: reference.stream, onInvalid });
  }
  if ('warehouse' in place) {
    const { warehouse, reference } = place;
    return new HistorySource({ warehouse, stream: reference.stream, onInvalid });
  }
  return new FileSource({ reference: place.reference, isVerified });
}

export function destinationAt(place: CopyPlace): CopyDestination {
  if ('store' in place) {
    const { stream, text } = place.reference;
    return new TableDestination(place.store.copies, stream, text);
  }
  if ('warehouse' in place) {
    const { stream, text } = place.reference;
    return new TableDestination(place.warehouse.copies, stream, text);
  }
  return new FileDestination(place.reference);
}
