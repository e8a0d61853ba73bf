/** Redirections: opened on this process's own descriptors, and put back after the command. */
import { utf8Encode } from '../../lib/text.ts';
import { SystemError } from '../../syscall/index.ts';
import { EBADF, EEXIST, EISDIR, strerror } from '../../uapi/errno.ts';
import { O_APPEND, O_CREAT, O_EXCL, O_RDONLY, O_RDWR, O_TRUNC, O_WRONLY, S_IFMT, S_IFREG } from '../../uapi/fcntl.ts';
import type { OpenFile } from '../process/types.ts';
import type { Redir } from './ast.ts';
import { ShellError } from './errors.ts';
import { type Maybe, chain } from './maybe.ts';
import type { Shell } from './shell.ts';
import { expandString, expandWord } from './words/expand.ts';

/** What a descriptor was before. */
interface Saved {
  readonly fd: number;
  readonly file: OpenFile | null;
}

export class Redirections {
  readonly #sh: Shell;
  readonly #saved: Saved[] = [];

  constructor(sh: Shell) {
    this.#sh = sh;
  }

  /** Applies them in order. @throws ShellError; what was done until then is undone by `restore` */
  apply(redirs: readonly Redir[], keep = false): Maybe<void> {
    let i = 0;
    const go = (): Maybe<void> => {
      while (i < redirs.length) {
        const r = this.#one(redirs[i++]!, keep);
        if (r instanceof Promise) return r.then(go);
      }
    };
    return go();
  }

  /** Puts the descriptors back as they were, last first. */
  restore(): void {
    for (let s = this.#saved.pop(); s !== undefined; s = this.#saved.pop()) {
      if (s.file === null) this.#sh.proc.fds.close(s.fd);
      else this.#sh.proc.fds.set(s.fd, s.file);
    }
  }
  /** They stay: `exec >file`. */
  keep(): void {
    for (const s of this.#saved) s.file?.release();
    this.#saved.length = 0;
  }

  #save(fd: number, keep: boolean): void {
    if (keep) return;
    const file = this.#sh.proc.fds.get(fd);
    this.#saved.push({ fd, file: file?.retain() ?? null });
  }

  /** Puts a descriptor that was just opened where it belongs. */
  #place(opened: number, r: Redir, own: number, keep: boolean): void {
    const { proc } = this.#sh;
    if (typeof r.fd === 'string') {
      const file = proc.fds.get(opened)!.retain();
      proc.fds.close(opened);
      this.#sh.vars.set(r.fd, String(this.#add(file)));
      return;
    }
    const fd = r.fd ?? own;
    if (opened === fd) {
      if (!keep) this.#saved.push({ fd, file: null });
      return;
    }
    if (fd >= proc.fds.limit) {
      proc.close(opened);
      throw new ShellError(`${fd}: ${strerror(EBADF)}`);
    }
    this.#save(fd, keep);
    proc.dup2(opened, fd);
    proc.close(opened);
  }

  #one(r: Redir, keep: boolean): Maybe<void> {
    const sh = this.#sh;
    if (r.op === '<<' || r.op === '<<<') {
      return chain(r.target === null ? '' : expandString(sh, r.target), (text) =>
        this.#here(r.op === '<<<' ? `${text}\n` : text, r, keep),
      );
    }
    const target = r.target;
    if (target === null) return;
    if (target.value !== null) return this.#named(r, target.value, keep);
    const fields: string[] = [];
    return chain(expandWord(sh, target, fields), () => {
      if (fields.length !== 1) throw new ShellError(`${target.text}: ambiguous redirect`);
      return this.#named(r, fields[0]!, keep);
    });
  }

  #named(r: Redir, name: string, keep: boolean): Maybe<void> {
    if (r.op === '>&' || r.op === '<&') {
      if (name === '-') {
        this.#closeFd(r, keep);
        return;
      }
      const m = /^(\d+)(-?)$/.exec(name);
      if (m !== null) {
        this.#duplicate(r, Number(m[1]), m[2] === '-', keep);
        return;
      }
      if (r.op === '<&' || (r.fd !== null && r.fd !== 1))
        throw new ShellError(`${r.target?.text ?? name}: ambiguous redirect`);
      return this.#both(r, name, O_WRONLY | O_CREAT | O_TRUNC, keep);
    }
    if (r.op === '&>') return this.#both(r, name, O_WRONLY | O_CREAT | O_TRUNC, keep);
    if (r.op === '&>>') return this.#both(r, name, O_WRONLY | O_CREAT | O_APPEND, keep);
    const own = r.op === '<' || r.op === '<>' ? 0 : 1;
    const flags =
      r.op === '<'
        ? O_RDONLY
        : r.op === '<>'
          ? O_RDWR | O_CREAT
          : r.op === '>>'
            ? O_WRONLY | O_CREAT | O_APPEND
            : O_WRONLY | O_CREAT | O_TRUNC;
    return this.#open(name, this.#clobber(r, name, flags)).then((fd) => this.#place(fd, r, own, keep));
  }

  /** `set -C`: an existing regular file is not overwritten. */
  #clobber(r: Redir, name: string, flags: number): number {
    if (!this.#sh.options.noclobber || r.op !== '>' || name === '') return flags;
    const st = this.#sh.fs.exists(name);
    if (st !== null && (st.mode & S_IFMT) === S_IFREG) throw new ShellError(`${name}: cannot overwrite existing file`);
    return st === null ? flags | O_EXCL : flags;
  }

  async #open(name: string, flags: number): Promise<number> {
    if (/^\/dev\/(tcp|udp)\//.test(name)) throw new ShellError(`${name}: No such file or directory`);
    try {
      return await this.#sh.proc.open(name, flags, 0o666);
    } catch (e) {
      if (!(e instanceof SystemError)) throw e;
      if (e.errno === -EEXIST) throw new ShellError(`${name}: cannot overwrite existing file`);
      throw new ShellError(`${name}: ${e.errno === -EISDIR ? strerror(EISDIR) : e.strerror}`);
    }
  }

  async #both(r: Redir, name: string, flags: number, keep: boolean): Promise<void> {
    const fd = await this.#open(name, this.#clobber({ ...r, op: '>' }, name, flags));
    for (const to of [1, 2]) {
      if (to === fd) {
        if (!keep) this.#saved.push({ fd, file: null });
        continue;
      }
      this.#save(to, keep);
      this.#sh.proc.dup2(fd, to);
    }
    if (fd > 2) this.#sh.proc.close(fd);
  }

  #number(r: Redir): number {
    if (typeof r.fd !== 'string') return r.fd ?? (r.op === '<&' || r.op === '<' ? 0 : 1);
    const n = this.#sh.get(r.fd);
    if (!/^\d+$/.test(n)) throw new ShellError(`${r.fd}: ambiguous redirect`);
    return Number(n);
  }

  #closeFd(r: Redir, keep: boolean): void {
    const fd = this.#number(r);
    this.#save(fd, keep || typeof r.fd === 'string');
    this.#sh.proc.fds.close(fd);
  }

  #duplicate(r: Redir, from: number, move: boolean, keep: boolean): void {
    const { fds } = this.#sh.proc;
    const file = fds.get(from);
    if (file === undefined) throw new ShellError(`${from}: ${strerror(EBADF)}`);
    if (typeof r.fd === 'string') this.#sh.vars.set(r.fd, String(this.#add(file.retain())));
    else {
      const to = r.fd ?? (r.op === '<&' ? 0 : 1);
      if (to === from) return;
      if (to >= fds.limit) throw new ShellError(`${from}: ${strerror(EBADF)}`);
      this.#save(to, keep);
      fds.set(to, file.retain());
    }
    if (move) {
      this.#save(from, keep);
      fds.close(from);
    }
  }

  /** The number of `{name}>`: 10 or more. */
  #add(file: OpenFile): number {
    try {
      return this.#sh.proc.fds.add(file, 10);
    } catch (e) {
      if (!(e instanceof SystemError)) throw e;
      throw new ShellError(e.strerror);
    }
  }

  #pipe(): [number, number] {
    try {
      return this.#sh.proc.pipe();
    } catch (e) {
      if (!(e instanceof SystemError)) throw e;
      throw new ShellError(`cannot create temp file for here-document: ${e.strerror}`);
    }
  }

  /** A here-document: a pipe when it fits, else a temporary file, as bash does it. */
  async #here(text: string, r: Redir, keep: boolean): Promise<void> {
    const { proc } = this.#sh;
    const data = utf8Encode(text);
    if (data.length <= 4096) {
      const [read, write] = this.#pipe();
      await proc.write(write, data);
      proc.close(write);
      this.#place(read, r, 0, keep);
      return;
    }
    const path = `/tmp/sh-thd.${proc.pid}.${(this.#sh.hereCount += 1)}`;
    this.#sh.fs.writeFile(path, data);
    const fd = await proc.open(path, O_RDONLY);
    this.#sh.fs.unlink(path);
    this.#place(fd, r, 0, keep);
  }
}
