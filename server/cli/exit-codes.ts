export const OK = 0;
export const FAILED = 1;
export const USAGE = 2;
/** EX_SOFTWARE of sysexits: a defect, or a store that only a new process can mend. */
export const SOFTWARE = 70;
/** EX_DATAERR of sysexits: the books cannot be opened. Starting again does not help. */
export const DAMAGED = 65;
