// Errors that are for people.

/** Something that the user has to be told, without a stack. `code` is the exit code. */
export class Told extends Error {
  constructor(message, code = 1) {
    super(message);
    this.code = code;
  }
}
