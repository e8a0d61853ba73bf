/** What processes may have at most. @see getrlimit(2) */

/** Descriptors a process starts with the right to, and the most it may ask for. @see RLIMIT_NOFILE */
export const RLIM_NOFILE = 1024;
export const RLIM_NOFILE_MAX = 1_048_576;

/** Processes of a machine, zombies among them. @see RLIMIT_NPROC */
export const RLIM_NPROC = 4096;
