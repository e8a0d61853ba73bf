/** What a benchmark found, and the report that keeps it. */
import { cpus, totalmem } from 'node:os';

export interface Result {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** The most it may be; absent where no budget is set. */
  readonly budget?: number;
  readonly detail: string;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
}

/** The machine a report was made on. */
export function machine(): string {
  const cpu = cpus();
  return `${cpu.length} × ${cpu[0]?.model.trim() ?? 'unknown processor'}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.versions.node}, ${process.platform} ${process.arch}`;
}

const round = (v: number): string => (v >= 100 ? v.toFixed(0) : v >= 1 ? v.toFixed(1) : v.toFixed(2));

/** The report as a table people read. */
export function markdown(results: readonly Result[], on: string): string {
  const rows = results.map(
    (r) =>
      `| ${r.name} | ${round(r.value)} ${r.unit} | ${r.budget === undefined ? '' : `${r.budget} ${r.unit}`} | ${r.detail} |`,
  );
  return [
    `Measured on: ${on}.`,
    '',
    '| what | measured | budget | how |',
    '| --- | ---: | ---: | --- |',
    ...rows,
    '',
  ].join('\n');
}
