/** Sends a command, its name in lower case. Commands that are sent without waiting reach the server in this order. */
export type Send = (args: readonly string[]) => Promise<unknown>;

/** A connection that the feed has opened. */
export interface Link {
  readonly send: Send;
  /** Resolves when the connection can be used. Called once. */
  connect(): Promise<void>;
  /** Never throws. */
  close(): void;
}

/** A client, whichever library it belongs to. */
export interface Server {
  /** Sends a command on the connection of the app. */
  readonly send: Send;
  /** Creates a second connection with the same options. */
  open(): Link;
}
