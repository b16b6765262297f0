// The warehouse as a sink: rows and watermark go in together, so the watermark is where it stands for certain.
import type { Batch } from '../../contract/event-list.ts';
import type { Warehouse } from '../../store/warehouse.ts';
import type { Notices } from '../../telemetry/notices.ts';
import type { Sink, SinkPosition } from '../sink.ts';

export interface WarehouseSinkOptions {
  readonly warehouse: Warehouse;
  readonly stream: string;
  /** The watermark's name. */
  readonly watermark: string;
  readonly notices: Notices;
}

export class WarehouseSink implements Sink {
  readonly title = 'The warehouse';
  readonly #options: WarehouseSinkOptions;

  constructor(options: WarehouseSinkOptions) {
    this.#options = options;
  }

  async open(cursor: SinkPosition): Promise<SinkPosition> {
    const { warehouse, watermark, stream } = this.#options;
    const start = { lastId: cursor.id, epoch: cursor.epoch };
    const { lastId, epoch } = await warehouse.openWatermark(watermark, stream, start);
    return { id: lastId, epoch };
  }

  async write({ events, after, upTo }: Batch): Promise<void> {
    const { warehouse, watermark, stream, notices } = this.#options;
    const move = { from: after, to: upTo };
    if (!(await warehouse.copyToHistory(watermark, stream, events.rows, move))) {
      throw new Error('The watermark in the warehouse was moved by another archiver.');
    }
    notices.give('archived', { stream, count: events.size });
  }

  async close(): Promise<void> {}
}
