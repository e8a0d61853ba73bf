/** Documents as tests. */
export { play } from './play.ts';
export {
  type Counts,
  countsOf,
  diffText,
  type DocumentResult,
  type Outcome,
  stepText,
  type StepResult,
  summaryText,
} from './report.ts';
export { junitText } from './junit.ts';
export { rewrite } from './write.ts';
export type { Shown, Step } from './step.ts';
