/** `warren sh --attach`: a terminal on the machine of another `warren sh`. */
import { FrameReader, PROTOCOL_VERSION, frame, helloFrame, windowFrame } from './attach-protocol.ts';
import { writeError } from './host.ts';
import { type Connection, connectTo, worlds } from './host-socket.ts';
import { hostVariable, isInteractive, onTermination, showsOutput, takeTerminal } from './host-terminal.ts';

const FAILED = 1;
/** The status of a shell whose terminal was hung up. */
const HUNG_UP = 129;

/** The world meant; null, and says why, when there is none to choose. */
async function find(name: string | null): Promise<Connection | null> {
  if (name !== null) {
    const connection = await connectTo(name);
    if (connection === null) writeError(`warren: no machine called ${name} runs\n`);
    return connection;
  }
  const names = await worlds();
  const [only, ...others] = names;
  if (only === undefined) writeError('warren: no machine runs; `warren sh` starts one\n');
  else if (others.length > 0) writeError(`warren: several machines run: ${names.join(', ')}; say which with --name\n`);
  else {
    const connection = await connectTo(only);
    if (connection === null) writeError('warren: the machine has just ended\n');
    return connection;
  }
  return null;
}

/** Shows a terminal of the world here. @returns the exit status of the shell on it */
export async function attach(name: string | null): Promise<number> {
  if (!isInteractive() || !showsOutput()) {
    writeError('warren: --attach needs a terminal\n');
    return FAILED;
  }
  const connection = await find(name);
  if (connection === null) return FAILED;
  const screen = takeTerminal();
  const reader = new FrameReader();
  const { rows, cols } = screen;
  const ended = new Promise<{ readonly status: number; readonly gone: boolean }>((resolve) => {
    connection.listen(
      (chunk) => {
        const frames = reader.read(chunk);
        if (frames === null) return resolve({ status: FAILED, gone: true });
        for (const { type, data } of frames) {
          if (type === 'O') screen.write(data);
          else if (type === 'E') resolve({ status: data[0] ?? 0, gone: false });
          else if (type === 'G') resolve({ status: HUNG_UP, gone: true });
        }
      },
      () => resolve({ status: HUNG_UP, gone: true }),
    );
    onTermination((signal) => resolve({ status: 128 + signal, gone: false }));
  });
  void connection.send(helloFrame({ version: PROTOCOL_VERSION, rows, cols, term: hostVariable('TERM') ?? 'dumb' }));
  screen.listen(
    (bytes) => void connection.send(frame('I', bytes)),
    (r, c) => void connection.send(windowFrame(r, c)),
  );
  const { status, gone } = await ended;
  screen.restore();
  if (gone) writeError('\nwarren: the machine has ended\n');
  await connection.close();
  return status;
}
