/** Files of -w, one after the other with -C and -G. @see tcpdump.c:dump_packet_and_trunc, MakeFilename */
import { strftime } from '../../../lib/strftime.ts';
import { SystemError } from '../../../syscall/index.ts';
import { O_CREAT, O_TRUNC, O_WRONLY } from '../../../uapi/fcntl.ts';
import { pcapFileHeader, type PcapHeader, pcapRecordAt } from '../../../wire/pcap.ts';
import { CLOCK_REALTIME } from '../../../uapi/sched.ts';
import type { Process } from '../../process/types.ts';
import type { Frame } from './frame.ts';
import { type Options, TcpdumpExit } from './options.ts';

/** Thrown when as many files were written as -W allows. */
export class FilesDone extends Error {
  readonly words: string;

  constructor(limit: number) {
    super();
    this.words = `Maximum file limit reached: ${limit}\n`;
  }
}

/** Bytes gathered before they are written, without -U. */
const BUFFER = 4096;

export class Writer {
  readonly #proc: Process;
  readonly #header: PcapHeader;
  readonly #o: Options;
  #fd = -1;
  #name = '';
  #pending: Uint8Array[] = [];
  #held = 0;
  /** Bytes of the file so far. */
  #size = 0;
  /** Files begun by size and by time. */
  #bySize = 0;
  #byTime = 0;
  /** When the last period began, seconds. */
  #since: number;

  private constructor(proc: Process, header: PcapHeader, options: Options) {
    this.#proc = proc;
    this.#header = header;
    this.#o = options;
    this.#since = this.#now();
  }

  /** @throws TcpdumpExit when the file cannot be written */
  static async open(proc: Process, header: PcapHeader, options: Options): Promise<Writer> {
    const writer = new Writer(proc, header, options);
    await writer.#begin(0);
    return writer;
  }

  #now(): number {
    return Math.floor(Number(this.#proc.task.clockGettime(CLOCK_REALTIME) / 1_000_000_000n));
  }

  #fileName(count: number): string {
    const path = this.#o.writeFile!;
    const name = this.#o.rotateSeconds > 0 ? strftime(path, this.#since, null) : path;
    const digits = this.#o.rotateSize > 0 ? countDigits(this.#o.fileCount) : 0;
    return count === 0 && digits === 0 ? name : name + String(count).padStart(digits, '0');
  }

  async #begin(count: number): Promise<void> {
    this.#name = this.#fileName(count);
    this.#size = 0;
    if (this.#name === '-') this.#fd = 1;
    else {
      try {
        this.#fd = await this.#proc.open(this.#name, O_WRONLY | O_CREAT | O_TRUNC, 0o666);
      } catch (e) {
        if (e instanceof SystemError) throw new TcpdumpExit(1, `tcpdump: ${this.#name}: ${e.strerror}\n`);
        throw e;
      }
    }
    this.#put(pcapFileHeader(this.#header));
    if (this.#o.unbuffered) await this.flush();
  }

  async #end(): Promise<void> {
    await this.flush();
    if (this.#fd !== 1) this.#proc.close(this.#fd);
    const command = this.#o.postRotate;
    if (command === null) return;
    try {
      await this.#proc.spawn(command, [command, this.#name]);
    } catch (e) {
      if (!(e instanceof SystemError)) throw e;
      this.#proc.err(`compress_savefile: execlp(${command}, ${this.#name}) failed: ${e.strerror}\n`);
    }
  }

  #put(bytes: Uint8Array): void {
    this.#pending.push(bytes);
    this.#held += bytes.length;
    this.#size += bytes.length;
  }

  /** @throws FilesDone in place of the file after the last. */
  async add(frame: Frame): Promise<void> {
    const { rotateSeconds, rotateSize, fileCount } = this.#o;
    if (rotateSeconds > 0 && this.#now() - this.#since >= rotateSeconds) {
      this.#since = this.#now();
      this.#byTime++;
      await this.#end();
      if (rotateSize === 0 && fileCount > 0 && this.#byTime >= fileCount) throw new FilesDone(fileCount);
      this.#bySize = 0;
      await this.#begin(0);
    }
    if (rotateSize > 0 && this.#size > rotateSize) {
      await this.#end();
      this.#bySize++;
      if (fileCount > 0 && this.#bySize >= fileCount) this.#bySize = 0;
      await this.#begin(this.#bySize);
    }
    this.#put(pcapRecordAt(this.#header, frame.seconds, frame.fraction, frame.data, frame.origLen));
    if (this.#o.unbuffered || this.#held >= BUFFER) await this.flush();
  }

  async flush(): Promise<void> {
    const parts = this.#pending;
    this.#pending = [];
    this.#held = 0;
    for (const part of parts) await this.#proc.write(this.#fd, part);
  }
}

/** Digits of the largest number a file gets. @see getWflagChars */
function countDigits(files: number): number {
  let digits = 0;
  for (let n = files - 1; n > 0; n = Math.floor(n / 10)) digits++;
  return digits;
}
