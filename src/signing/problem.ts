/** A signature that does not prove what it should; the message is a clause: what is wrong. */
export class SigningProblem extends Error {
  override readonly name = 'SigningProblem';
}
