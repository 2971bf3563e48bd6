import { examine } from './examine.ts';
import { llamacppChat } from './llamacpp.ts';

// A real server in a real container for each change: what would end in production, and what nobody would see without asking. All servers with all
// defects are examined by `make proof`.
examine({ ...llamacppChat, only: ['crash-on-third', 'golden-mismatch'] });
