import { utf8Encode, utf8Decode, concatBytes } from '../../../lib/text.ts';
import { O_APPEND, O_CREAT, O_TRUNC, O_WRONLY } from '../../../uapi/fcntl.ts';
import { SIGINT } from '../../../uapi/signal.ts';
import type { Process } from '../../process/types.ts';
import { complain, die, eachInput, errorText, longs, options, quotef, Records } from './command.ts';

/** A byte as `cat -v` shows it. */
function visible(byte: number, tabs: boolean): string {
  if (byte === 9 && !tabs) return '\t';
  if (byte >= 128) return `M-${byte === 137 ? '^I' : visible(byte - 128, true)}`;
  if (byte === 127) return '^?';
  return byte < 32 ? `^${String.fromCharCode(byte + 64)}` : String.fromCharCode(byte);
}

/** cat: the inputs, one after the other. */
export async function catMain(proc: Process): Promise<number> {
  const has = new Set<string>();
  const { options: opts, operands } = options(proc, {
    short: 'benstuvAET',
    long: longs({
      'number-nonblank': 'b',
      number: 'n',
      'squeeze-blank': 's',
      'show-nonprinting': 'v',
      'show-ends': 'E',
      'show-tabs': 'T',
      'show-all': 'A',
    }),
  });
  for (const { opt } of opts)
    for (const o of opt === 'A' ? 'vET' : opt === 'e' ? 'vE' : opt === 't' ? 'vT' : opt) has.add(o);
  has.delete('u');
  if (proc.fds.get(1) === undefined) die(proc, 'standard output: Bad file descriptor');
  if (has.size === 0) {
    return eachInput(proc, operands, async (fd) => {
      for (let bytes = await proc.read(fd); bytes.length > 0; bytes = await proc.read(fd)) await proc.write(1, bytes);
    });
  }
  const numbered = has.has('b') ? 'b' : has.has('n') ? 'n' : '';
  let number = 0;
  let blank = false;
  let middle = false;
  return eachInput(proc, operands, async (fd) => {
    const records = new Records(proc, fd);
    for (let line = await records.next(); line !== null; line = await records.next()) {
      const empty = line === '' && !middle;
      if (empty && blank && has.has('s')) continue;
      blank = empty;
      let text = line;
      if (has.has('v')) text = [...utf8Encode(line)].map((b) => visible(b, has.has('T'))).join('');
      else if (has.has('T')) text = line.replaceAll('\t', '^I');
      if (!middle && (numbered === 'n' || (numbered === 'b' && line !== '')))
        proc.out(`${String(++number).padStart(6)}\t`);
      if (has.has('E') && !records.unfinished) {
        // GNU cat shows a carriage return before the end of the line, too.
        text = `${!has.has('v') && text.endsWith('\r') ? `${text.slice(0, -1)}^M` : text}$`;
      }
      proc.out(records.unfinished ? text : `${text}\n`);
      middle = records.unfinished;
      await proc.drain();
    }
  });
}

/** tac: lines, last first. */
export async function tacMain(proc: Process): Promise<number> {
  let separator = '\n';
  const { options: opts, operands } = options(proc, { short: 's:', long: longs({ 'separator=': 's' }) });
  for (const { arg } of opts) separator = arg ?? separator;
  return eachInput(
    proc,
    operands,
    async (fd) => {
      const text = utf8Decode(await proc.readAll(fd));
      const parts = text.split(separator);
      const last = parts.pop()!;
      if (last !== '') proc.out(last);
      for (const part of parts.reverse()) {
        proc.out(part + separator);
        await proc.drain();
      }
      // The end is looked for with lseek, which a directory refuses with EINVAL.
    },
    (name, error) =>
      `${name === '-' ? "'standard input'" : quotef(name)}: read error: ${error === 'Is a directory' ? 'Invalid argument' : error}`,
  );
}

/** rev: each line backwards. */
export async function revMain(proc: Process): Promise<number> {
  const { operands } = options(proc, { short: '', product: 'util-linux', version: '2.38.1' });
  return eachInput(
    proc,
    operands,
    async (fd) => {
      const records = new Records(proc, fd);
      for (let line = await records.next(); line !== null; line = await records.next()) {
        proc.out([...line].reverse().join('') + (records.unfinished ? '' : '\n'));
        await proc.drain();
      }
    },
    (name, error) => `${name === '-' ? 'stdin' : name}: 0: ${error}`,
  );
}

/** tee: standard input to standard output and to files. */
export async function teeMain(proc: Process): Promise<number> {
  let append = false;
  const { options: opts, operands } = options(proc, {
    short: 'ai',
    long: longs({ append: 'a', 'ignore-interrupts': 'i' }),
  });
  for (const { opt } of opts) {
    if (opt === 'a') append = true;
    else proc.signal(SIGINT, 'ignore');
  }
  let status = 0;
  const outputs: { fd: number; name: string }[] = [{ fd: 1, name: 'standard output' }];
  for (const name of operands) {
    try {
      outputs.push({ fd: await proc.open(name, O_WRONLY | O_CREAT | (append ? O_APPEND : O_TRUNC), 0o666), name });
    } catch (e) {
      complain(proc, `${quotef(name)}: ${errorText(e)}`);
      status = 1;
    }
  }
  for (let bytes = await proc.read(0); bytes.length > 0 && outputs.length > 0; bytes = await proc.read(0)) {
    for (const output of outputs.slice()) {
      try {
        await proc.write(output.fd, bytes);
      } catch (e) {
        complain(proc, `${output.fd === 1 ? "'standard output'" : quotef(output.name)}: ${errorText(e)}`);
        outputs.splice(outputs.indexOf(output), 1);
        status = 1;
      }
    }
  }
  return status;
}

/** What who takes all of its input says of one that cannot be read. */
const SLURP_WORDS: Readonly<Record<string, (name: string, error: string) => string>> = {
  od: (name, error) => `${name === '-' ? "'standard input'" : quotef(name)}: ${error}`,
  base64: (_name, error) => `read error: ${error}`,
  hexdump: (name, error) => `${name === '-' ? 'hexdump' : name}: ${error}`,
  xxd: (_name, error) => error,
};

/** All of the inputs as bytes. @returns the bytes and 0, or 1 when an input failed. */
export async function slurp(proc: Process, names: readonly string[]): Promise<{ data: Uint8Array; status: number }> {
  const parts: Uint8Array[] = [];
  const words = SLURP_WORDS[proc.name];
  const status = await eachInput(proc, names, async (fd) => void parts.push(await proc.readAll(fd)), words);
  return { data: concatBytes(parts), status };
}
