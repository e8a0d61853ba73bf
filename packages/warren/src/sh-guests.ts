/** Terminals of a world that other processes show: `warren sh --attach`. */
import { type HistoryStore, type Machine, type Terminal, openTerminal } from '@warren/core';
import { FrameReader, frame, readHello } from './attach-protocol.ts';
import type { Connection } from './host-socket.ts';

/** Those who are attached. */
export class Guests {
  readonly #machine: Machine;
  /** Shared by all shells of the world. */
  readonly history: HistoryStore;
  readonly #connections: Set<Connection> = new Set();

  constructor(machine: Machine, history: HistoryStore) {
    this.#machine = machine;
    this.history = history;
  }

  /** Somebody connected. */
  welcome(connection: Connection): void {
    const reader = new FrameReader();
    let terminal: Promise<Terminal> | null = null;
    this.#connections.add(connection);
    const gone = (): void => {
      this.#connections.delete(connection);
      void terminal?.then((t) => t.close());
    };
    connection.listen((chunk) => {
      const frames = reader.read(chunk);
      if (frames === null) {
        void connection.close();
        return;
      }
      for (const { type, data } of frames) {
        if (terminal === null) {
          terminal = type === 'H' ? this.#open(connection, data) : null;
          if (terminal === null) void connection.close();
        } else if (type === 'I') void terminal.then((t) => t.input(data));
        else if (type === 'W' && data.length === 4) {
          void terminal.then((t) => t.resize((data[0]! << 8) | data[1]!, (data[2]! << 8) | data[3]!));
        }
      }
    }, gone);
  }

  #open(connection: Connection, data: Uint8Array): Promise<Terminal> | null {
    const hello = readHello(data);
    if (hello === null) return null;
    const { rows, cols, term } = hello;
    const terminal = openTerminal(this.#machine, {
      rows,
      cols,
      env: { TERM: term },
      history: this.history,
      output: (bytes) => connection.send(frame('O', bytes)),
    });
    void terminal
      .then((t) => t.ended)
      .then(async (status) => {
        void connection.send(frame('E', Uint8Array.of(status)));
        await connection.close();
      });
    return terminal;
  }

  /** The machine ends: everybody is told. */
  async dismiss(): Promise<void> {
    await Promise.all(
      [...this.#connections].map((connection) => {
        void connection.send(frame('G'));
        return connection.close();
      }),
    );
  }
}
