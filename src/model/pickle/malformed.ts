/** Thrown by opcodes where CPython's unpickler raises too; completes "The opcode X ...". Never leaves the machine. */
export class Malformed extends Error {}
