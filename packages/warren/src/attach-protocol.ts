/**
 * What passes over the socket between a world and who attaches to it: frames of a type, a length (32 bits, big endian) and as many bytes.
 *
 *   to the world:    H  hello: JSON {version, rows, cols, term}, first and once
 *                    I  what the keyboard sent
 *                    W  the window's size: rows and columns, 16 bits each
 *   from the world:  O  what the terminal shows
 *                    E  the shell has ended: its exit status, 8 bits
 *                    G  the machine has ended
 */
export const PROTOCOL_VERSION = 1;
const HEADER = 5;
/** Nothing longer is sent. */
const MAX_LENGTH = 1 << 24;

export type FrameType = 'H' | 'I' | 'W' | 'O' | 'E' | 'G';

export interface Hello {
  readonly version: number;
  readonly rows: number;
  readonly cols: number;
  readonly term: string;
}

export function frame(type: FrameType, data: Uint8Array = new Uint8Array(0)): Uint8Array {
  const out = new Uint8Array(HEADER + data.length);
  out[0] = type.charCodeAt(0);
  new DataView(out.buffer).setUint32(1, data.length);
  out.set(data, HEADER);
  return out;
}

export const helloFrame = (hello: Hello): Uint8Array => frame('H', new TextEncoder().encode(JSON.stringify(hello)));

export function windowFrame(rows: number, cols: number): Uint8Array {
  return frame('W', Uint8Array.of(rows >> 8, rows & 255, cols >> 8, cols & 255));
}

/** Reads a hello. Null: it is none, or of another version. */
export function readHello(data: Uint8Array): Hello | null {
  try {
    const hello = JSON.parse(new TextDecoder().decode(data)) as Partial<Hello>;
    const { version, rows, cols, term } = hello;
    if (version !== PROTOCOL_VERSION || typeof rows !== 'number' || typeof cols !== 'number') return null;
    return typeof term === 'string' ? { version, rows, cols, term } : null;
  } catch {
    return null;
  }
}

/** Cuts a stream into frames. */
export class FrameReader {
  #rest: Uint8Array = new Uint8Array(0);

  /** @returns the frames that are complete; null when what comes is no frame. */
  read(chunk: Uint8Array): readonly { readonly type: string; readonly data: Uint8Array }[] | null {
    const bytes = new Uint8Array(this.#rest.length + chunk.length);
    bytes.set(this.#rest);
    bytes.set(chunk, this.#rest.length);
    const frames: { type: string; data: Uint8Array }[] = [];
    let at = 0;
    while (bytes.length - at >= HEADER) {
      const length = new DataView(bytes.buffer, at).getUint32(1);
      if (length > MAX_LENGTH) return null;
      if (bytes.length - at - HEADER < length) break;
      const data = bytes.slice(at + HEADER, at + HEADER + length);
      frames.push({ type: String.fromCharCode(bytes[at]!), data });
      at += HEADER + length;
    }
    this.#rest = bytes.slice(at);
    return frames;
  }
}
