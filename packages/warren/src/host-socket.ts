/** Unix sockets by which worlds are found: one file a world, in a folder that only its owner can enter. */
import { chmodSync, lstatSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { type Server, type Socket, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const SUFFIX = '.sock';
/** Longest name of a socket. @see unix(7) sun_path */
const MAX_PATH = 107;

/** One end of a connection. */
export interface Connection {
  /** A promise, when the other side has more to read than it has read: settled once it has. */
  send(data: Uint8Array): void | Promise<void>;
  listen(data: (chunk: Uint8Array) => void, closed: () => void): void;
  /** Closes it, once everything sent is on its way. */
  close(): Promise<void>;
}

function connection(socket: Socket): Connection {
  let open = true;
  socket.on('error', () => socket.destroy());
  socket.on('close', () => (open = false));
  return {
    send(data) {
      if (!open || socket.write(data)) return;
      return new Promise((resolve) => {
        socket.once('drain', resolve);
        socket.once('close', () => resolve());
      });
    },
    listen(data, closed) {
      socket.on('data', (chunk: Uint8Array) => data(chunk));
      socket.on('end', () => socket.end());
      socket.on('close', () => closed());
    },
    close: () =>
      new Promise((resolve) => {
        if (!open) return resolve();
        const timer = setTimeout(() => socket.destroy(), 500);
        socket.once('close', () => {
          clearTimeout(timer);
          resolve();
        });
        socket.end();
      }),
  };
}

/** The folder of the sockets, made when it is missing. @returns why it cannot be used */
function folder(): { readonly path: string } | { readonly error: string } {
  if (process.platform === 'win32') return { error: 'there are no unix sockets on Windows' };
  const runtime = process.env['XDG_RUNTIME_DIR'];
  const uid = process.getuid!();
  const path =
    runtime !== undefined && runtime.startsWith('/') ? join(runtime, 'warren') : join(tmpdir(), `warren-${uid}`);
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 });
    const st = lstatSync(path);
    if (!st.isDirectory() || st.uid !== uid) return { error: `${path} is not a folder of yours` };
    if ((st.mode & 0o077) !== 0) chmodSync(path, 0o700);
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) };
  }
  return { path };
}

/** Connects to a socket; null when nobody listens there any more. */
function tryConnect(path: string): Promise<Socket | null> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once('connect', () => resolve(socket));
    socket.once('error', () => {
      socket.destroy();
      resolve(null);
    });
  });
}

/** The worlds that run. A socket whose world was killed is removed. */
export async function worlds(): Promise<readonly string[]> {
  const where = folder();
  if ('error' in where) return [];
  const found: string[] = [];
  for (const file of readdirSync(where.path)) {
    if (!file.endsWith(SUFFIX)) continue;
    const path = join(where.path, file);
    const socket = await tryConnect(path);
    if (socket === null) rmSync(path, { force: true });
    else {
      socket.destroy();
      found.push(file.slice(0, -SUFFIX.length));
    }
  }
  return found.sort();
}

/** Connects to a world. Null: it does not run. */
export async function connectTo(name: string): Promise<Connection | null> {
  const where = folder();
  if ('error' in where) return null;
  const socket = await tryConnect(join(where.path, name + SUFFIX));
  return socket === null ? null : connection(socket);
}

/** A world's way in. */
export interface Entrance {
  close(): void;
}

/**
 * Lets others connect to this world; without a name its process id is it.
 * @returns why they cannot
 */
export async function openEntrance(
  name: string | null,
  connected: (connection: Connection) => void,
): Promise<Entrance | { readonly error: string }> {
  const where = folder();
  if ('error' in where) return where;
  const path = join(where.path, (name ?? String(process.pid)) + SUFFIX);
  if (Buffer.byteLength(path) > MAX_PATH) return { error: `${path} is too long for a socket` };
  const other = await tryConnect(path);
  if (other !== null) {
    other.destroy();
    return { error: `a machine called ${name} runs already` };
  }
  rmSync(path, { force: true });
  const server: Server = createServer({ allowHalfOpen: true }, (socket) => connected(connection(socket)));
  const problem = await new Promise<string | null>((resolve) => {
    server.once('error', (error) => resolve(error.message));
    // Between its making and chmod nobody else can reach it: the folder is its owner's alone.
    server.listen(path, () => resolve(null));
  });
  if (problem !== null) return { error: problem };
  chmodSync(path, 0o600);
  const remove = (): void => rmSync(path, { force: true });
  process.on('exit', remove);
  return {
    close() {
      server.close();
      remove();
      process.off('exit', remove);
    },
  };
}
