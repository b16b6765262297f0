// The port between the SDK and the machine it runs on: one request with its answer over HTTP, one socket. Texts go
// through as they are; what they mean is the caller's business, and so are time-outs and trying again.

/** The way to one server: what a `Client` needs of the machine it runs on. */
export interface Transport {
  /**
   * Sends one JSON-RPC text and gives the answer's text, empty when there is none. Rejects with `CallError` when there
   * was no answer of a server, and with the signal's reason when that aborts.
   */
  request(text: string, signal: AbortSignal): Promise<string>;
  /** Opens a socket; rejects as `request` does, and with the server's own error when it lets nobody in. */
  openSocket(events: SocketEvents, signal: AbortSignal): Promise<TransportSocket>;
}

/** An open socket. */
export interface TransportSocket {
  /** Does nothing on a socket that is gone; `onClose` has told or will tell. */
  send(text: string): void;
  /** Ends it within a bounded time; `onClose` follows. */
  close(): void;
}

/** What a socket tells its owner. */
export interface SocketEvents {
  /** A whole text frame, in the order in which they came; none behind `onClose`. */
  onText(text: string): void;
  /** Once and last, whoever ended it, with the close code of RFC 6455, 7.4; 1006 = it was lost. */
  onClose(code: number): void;
}
