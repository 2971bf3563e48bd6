import type { RequestConfig } from '../../config/config.ts';
import type { Contract, TensorSpec } from '../../pipeline/evidence.ts';

/** Ways to talk to a model server. */
export type ProtocolId = 'http' | 'openapi' | 'openai' | 'tfserving' | 'torchserve' | 'v2';

/** One request below a server's root address. */
export interface ServerRequest {
  readonly method: 'GET' | 'POST';
  /** Begins with `/`. */
  readonly path: string;
  readonly body?: string;
  readonly contentType?: string;
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

/** A part of a body. */
export interface Arrival {
  /** Of the body, with this part. */
  readonly bytes: number;
  /** Since the first byte was sent, milliseconds. */
  readonly ms: number;
}

/** What a server said; `ms` is from the first byte sent to the last byte received. */
export interface ServerAnswer {
  readonly kind: 'answer';
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly ms: number;
  /** When its parts came; absent where only the whole was seen. */
  readonly arrivals?: readonly Arrival[];
}

/** The server said nothing: nobody listened, the connection broke after it was open, or time ran out. */
export interface NoAnswer {
  readonly kind: 'none';
  readonly reason: 'refused' | 'broken' | 'timeout';
  readonly message: string;
  readonly ms: number;
  /** What did not come about, so that the server never saw the request; absent: it may have, or nobody knows. */
  readonly missing?: 'connection' | 'tls';
}

export type Outcome = ServerAnswer | NoAnswer;

/** Sends one request to one running server; never throws for what the server or the network does. */
export type Send = (request: ServerRequest) => Promise<Outcome>;

/** A request with a name for people and what its answer is judged by. */
export interface Ask {
  readonly name: string;
  readonly request: ServerRequest;
  /** Rows in the request's batch; null when it has no batch dimension. */
  readonly rows: number | null;
}

/** A valid request at the edge of what it may hold, and what is asked of the server. */
export interface Edge {
  readonly ask: Ask;
  /**
   * `answer`: the server's own description allows it. `answer or refuse`: rightly, or with 4xx. `survive`: nobody knows whether the model is
   * defined there, so any answer will do.
   */
  readonly must: 'answer' | 'answer or refuse' | 'survive';
}

/** What a server failed at when it was asked about itself. */
export interface Fault {
  /** Completes a sentence: `GET /openapi.json answered 500`. */
  readonly what: string;
  /** It may be over soon: a server that still loads (503, nobody listens) is asked again. */
  readonly passing: boolean;
}

/** What a protocol found out about one running server. */
export interface Discovery {
  /** How to ask, for people: `POST /predict (OpenAPI 3.1.0)`. */
  readonly title: string;
  /**
   * Requests that are right: made from the server's own description (batch of 1 first, then larger ones), else larger batches of the
   * rows in `Known.examples`.
   */
  readonly valid: readonly Ask[];
  /** Requests that a server must refuse with 4xx. */
  readonly malformed: readonly Ask[];
  /** Requests with boundary values, other sizes, no rows. */
  readonly edges: readonly Edge[];
  /** What the description leaves open, so that nothing could be made from it; null when nothing is. */
  readonly open: string | null;
  /** Null: it told all that it has to tell. That it has no description (4xx) is no fault. */
  readonly fault: Fault | null;
  /** A request with a body that somebody wrote down. */
  readonly ask: (name: string, body: unknown) => Ask;
  /** What is wrong with an answer to a valid request, in words; empty: nothing. */
  readonly judge: (ask: Ask, outcome: Outcome) => readonly string[];
  /** What is wrong with the way a malformed request was refused; empty: it was refused with 4xx. */
  readonly judgeRefusal: (ask: Ask, outcome: Outcome) => readonly string[];
  /** The part of an answer that comes from the model; request ids, times and revisions are not in it. */
  readonly outputs: (ask: Ask, answer: ServerAnswer) => unknown;
  /** Time until a streamed answer began to say something, milliseconds; null: it was not streamed, or its parts were not seen. */
  readonly firstTokenMs?: (ask: Ask, answer: ServerAnswer) => number | null;
}

/** What is known besides the server's own description. */
export interface Known {
  /** Name under which the model is served. */
  readonly model: string;
  /** Inputs and outputs as validated or declared. */
  readonly contract: Contract | null;
  /** Outputs as the project declares them; absent or empty: it declares none. They bind a server that makes its own of what the model says. */
  readonly outputs?: readonly TensorSpec[];
  /** Request bodies that somebody wrote down (golden requests): they settle lengths that a description leaves open. */
  readonly examples: readonly unknown[];
  /** Largest request body that the server takes, bytes; null when no limit is known. */
  readonly maxBodyBytes: number | null;
  /** Most rows that one request may have; null when no limit is known. */
  readonly maxRows: number | null;
  /** Size to take where any is allowed and nothing else tells one; null: that stays open. */
  readonly anySize: number | null;
  /** How to ask a server that speaks no protocol that is known; null for all others. */
  readonly request: RequestConfig | null;
}

/**
 * How to ask one kind of model server, and how to judge what it says. Smoke tests, warm-up and load use it. Faults of the server are
 * never thrown: they come back as `open` or as a judgement.
 */
export interface Protocol {
  readonly id: ProtocolId;
  /** Why a 200 of the readiness path does not mean that the model is loaded, in words; null: it does. */
  readonly notReady: (answer: ServerAnswer) => string | null;
  discover(send: Send, known: Known): Promise<Discovery>;
}
