/** Sets of NUD states. @see include/net/neighbour.h */
import {
  NTF_EXT_MANAGED,
  NUD_DELAY,
  NUD_INCOMPLETE,
  NUD_NOARP,
  NUD_PERMANENT,
  NUD_PROBE,
  NUD_REACHABLE,
  NUD_STALE,
} from '../../uapi/neighbour.ts';

export const NUD_IN_TIMER: number = NUD_INCOMPLETE | NUD_REACHABLE | NUD_DELAY | NUD_PROBE;
export const NUD_VALID: number = NUD_PERMANENT | NUD_NOARP | NUD_REACHABLE | NUD_PROBE | NUD_STALE | NUD_DELAY;
export const NUD_CONNECTED: number = NUD_PERMANENT | NUD_NOARP | NUD_REACHABLE;

/** Bit of the first NTF_EXT_* among the NTF_* of an entry; and the flag of one that is kept up by itself. */
export const NTF_EXT_SHIFT = 8;
export const NTF_MANAGED: number = NTF_EXT_MANAGED << NTF_EXT_SHIFT;

/** @see NEIGH_UPDATE_F_* */
export const NEIGH_UPDATE_F_OVERRIDE = 0x01;
export const NEIGH_UPDATE_F_WEAK_OVERRIDE = 0x02;
export const NEIGH_UPDATE_F_OVERRIDE_ISROUTER = 0x04;
export const NEIGH_UPDATE_F_USE = 0x10;
export const NEIGH_UPDATE_F_MANAGED = 0x20;
export const NEIGH_UPDATE_F_EXT_LEARNED = 0x40;
export const NEIGH_UPDATE_F_ISROUTER = 0x80;
export const NEIGH_UPDATE_F_ADMIN = 0x8000_0000;
