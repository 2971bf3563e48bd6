/** Longest header of a safetensors file that its readers accept, in bytes (the limit of the safetensors library). */
export const maxHeaderBytes = 100_000_000;
