import { bootProfile, countsOf, play, type Profile, profiles, stepText, type StepResult } from '@warren/core';
import { nodeHost } from '../support/host.ts';

/** Plays a text on a machine of a profile. */
export async function played(text: string, name = 'bare'): Promise<readonly StepResult[]> {
  const profile: Profile = profiles.find((p) => p.name === name)!;
  const crashes: unknown[] = [];
  const machine = await bootProfile(profile, { host: nodeHost, onCrash: (_, error) => crashes.push(error) });
  const { steps } = await play(machine, 'document', text);
  if (crashes.length > 0) throw crashes[0];
  return steps;
}

/** `line outcome`, one a command. */
export const outcomes = (steps: readonly StepResult[]): string[] => steps.map((s) => `${s.step.at} ${s.outcome}`);

export const report = (steps: readonly StepResult[]): string => steps.map((s) => stepText('doc', s)).join('');

export const counts = (steps: readonly StepResult[]): ReturnType<typeof countsOf> =>
  countsOf([{ name: 'document', steps }]);
