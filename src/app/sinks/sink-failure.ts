// What a process says that ends because of a sink with `onError: 'stop'`.
import { ServiceError } from '../../contract/errors.ts';
import type { NoticeMap } from '../../telemetry/notices.ts';

export function sinkFailure({ stream, sink, error }: NoticeMap['sinkStopped']): ServiceError {
  const message = `The sink ${sink} has failed, and is to stop then.`;
  return new ServiceError('SinkWriteFailed', { message, details: { stream, sink }, cause: error });
}
