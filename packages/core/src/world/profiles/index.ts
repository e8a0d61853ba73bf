/** The list of profiles: a new one is a file and a line here. */
import type { Profile } from '../profile.ts';
import { bare } from './bare.ts';
import { ec2 } from './ec2.ts';
import { ubuntu } from './ubuntu.ts';

export const profiles: readonly Profile[] = [bare, ubuntu, ec2];
