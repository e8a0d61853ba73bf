import type { FileSystem } from '../../process/types.ts';
import { compilePattern, hasGlob } from './pattern.ts';

export interface GlobOptions {
  readonly ext: boolean;
  readonly dot: boolean;
  readonly star: boolean;
  readonly fold: boolean;
}

const unquote = (s: string): string => s.replace(/\\(.)/gs, '$1');
const S_IFMT = 0o170000;
const S_IFDIR = 0o040000;

function readdir(fs: FileSystem, dir: string): readonly string[] {
  try {
    return fs.readdir(dir === '' ? '.' : dir);
  } catch {
    return [];
  }
}

const isDir = (fs: FileSystem, path: string, follow: boolean): boolean => {
  try {
    return ((follow ? fs.stat(path) : fs.lstat(path)).mode & S_IFMT) === S_IFDIR;
  } catch {
    return false;
  }
};

function lexists(fs: FileSystem, path: string): boolean {
  try {
    fs.lstat(path);
    return true;
  } catch {
    return false;
  }
}

/** Directories at and below `base` (each with a trailing slash, or empty). */
function* below(fs: FileSystem, base: string, dot: boolean): Generator<string> {
  yield base;
  for (const name of readdir(fs, base)) {
    if (name === '.' || name === '..' || (name.startsWith('.') && !dot)) continue;
    if (isDir(fs, base + name, false)) yield* below(fs, `${base}${name}/`, dot);
  }
}

/** Splits at slashes outside of brackets. */
const split = (pattern: string): string[] => pattern.split('/');

/**
 * Names that match, sorted; empty when there are none.
 * @param pattern path with backslash-quoted literals
 */
export function glob(fs: FileSystem, pattern: string, options: GlobOptions): string[] {
  let bases = [pattern.startsWith('/') ? '/' : ''];
  const components = split(pattern.replace(/^\/+/, ''));
  components.forEach((component, i) => {
    const last = i === components.length - 1;
    const next: string[] = [];
    for (const base of bases) {
      if (component === '' && last) {
        if (isDir(fs, base === '' ? '.' : base, true)) next.push(base);
      } else if (component === '') next.push(`${base}/`);
      else if (options.star && component === '**') {
        for (const dir of below(fs, base, options.dot)) {
          if (!last) next.push(dir);
          else {
            if (dir !== '') next.push(dir === base ? dir : dir.slice(0, -1));
            for (const name of readdir(fs, dir)) {
              if (name === '.' || name === '..' || (name.startsWith('.') && !options.dot)) continue;
              if (!isDir(fs, dir + name, false)) next.push(dir + name);
            }
          }
        }
      } else if (!hasGlob(component, options.ext)) {
        const path = base + unquote(component);
        if (last ? lexists(fs, path) : isDir(fs, path, true)) next.push(last ? path : `${path}/`);
      } else {
        const p = compilePattern(component, options.ext, options.fold);
        const dots = options.dot || component.startsWith('.') || component.startsWith('\\.');
        for (const name of readdir(fs, base)) {
          if (name === '.' || name === '..') continue;
          if (name.startsWith('.') && !dots) continue;
          if (!p.test(name)) continue;
          if (last) next.push(base + name);
          else if (isDir(fs, base + name, true)) next.push(`${base}${name}/`);
        }
      }
    }
    bases = next;
  });
  return [...new Set(bases)].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
}
